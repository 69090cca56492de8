// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"
#include "storage/owned_descriptor.hpp"

namespace metergate {

/// A TCP connection that waits with a bound for everything: to see whether somebody is there.
class TcpProbe {
 public:
  /// The error is a sentence: the name is not known, nobody listens, no answer.
  [[nodiscard]] static Result<TcpProbe, std::string> open(const std::string& host,
                                                          std::uint16_t port);
  [[nodiscard]] bool send(OctetView octets) const;
  /// What came within the time; empty octets: the other side closed; nothing: nothing came.
  [[nodiscard]] std::optional<Octets> receive(std::chrono::milliseconds within) const;

 private:
  explicit TcpProbe(OwnedDescriptor socket) : socket_{std::move(socket)} {}
  OwnedDescriptor socket_;
};

}  // namespace metergate
