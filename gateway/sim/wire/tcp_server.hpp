// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// What stands behind one TCP connection; gone with it.
class TcpPeer {
 public:
  struct Answer {
    Octets octets;
    std::chrono::milliseconds late{0};
  };

  TcpPeer() = default;
  virtual ~TcpPeer() = default;
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;

  /// Octets in any portions, and what is to be sent for them; nothing closes the connection.
  [[nodiscard]] virtual std::optional<std::vector<Answer>> take(OctetView octets) = 0;
};

/// One port of the loopback interface. One thread for all connections.
class TcpServer {
 public:
  using PeerMaker = std::function<std::unique_ptr<TcpPeer>()>;

  /// Port 0: a free one.
  [[nodiscard]] static Result<std::unique_ptr<TcpServer>, std::string> open(std::uint16_t port,
                                                                            PeerMaker make_peer);
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class Thread;
  explicit TcpServer(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
