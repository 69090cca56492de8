// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "gateway/cli/terminal/console.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::cli {

/// A TCP connection or a serial device to one meter, for the engineer's tool: it blocks.
class DlmsWire {
 public:
  [[nodiscard]] static CliResult<DlmsWire> connect(const std::string& host, std::uint16_t port);
  /// 8N1; the device is taken for this process alone.
  [[nodiscard]] static CliResult<DlmsWire> open(const std::string& device, std::uint32_t baud);
  ~DlmsWire();
  DlmsWire(DlmsWire&& other) noexcept;
  DlmsWire& operator=(DlmsWire&&) = delete;

  [[nodiscard]] bool write(OctetView octets);

  enum class Heard : std::uint8_t { Octets, Nothing, Gone };
  /// Waits until octets come or `until` has passed.
  [[nodiscard]] Heard read(Octets& into, std::chrono::steady_clock::time_point until);

 private:
  explicit DlmsWire(int descriptor) : descriptor_{descriptor} {}
  int descriptor_;
};

}  // namespace metergate::cli
