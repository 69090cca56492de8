// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/console/http_message.hpp"
#include "protocols/result.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate::console {

/// Listens on a loopback address, and takes so many connections at a time as it can serve.
class HttpServer {
 public:
  using Handler = std::function<void(Request, std::shared_ptr<Answerer>)>;

  HttpServer(boost::asio::io_context& io, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The error says why it can't; an address that is not of this box alone is refused.
  [[nodiscard]] Result<Done, std::string> start(const std::string& address, std::uint16_t port);
  /// Where it listens: with port 0 one that was free.
  [[nodiscard]] std::uint16_t port() const;
  void stop();

 private:
  class Listener;
  std::shared_ptr<Listener> listener_;
};

}  // namespace metergate::console
