// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "gateway/links/link.hpp"
#include "protocols/iec62056_21/sign_on.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate {

struct ModeCSerial {
  std::filesystem::path device;
  std::uint32_t opening_baud = iec62056_21::kUsualOpeningBaud;
  std::uint32_t greatest_baud = 9'600;  ///< meters that offer more are read at the opening speed
};

/// A serial line whose meters are read out in mode C of IEC 62056-21. A request's octets are a
/// request message; the sign-on, the speeds, parity and the check are done here. All on the loop
/// thread.
class ModeCLine : public Link {
 public:
  /// `state_changed(up, why)` tells of the device appearing and going.
  using StateChanged = std::function<void(bool up, std::string why)>;

  ModeCLine(boost::asio::io_context& loop, ModeCSerial way, StateChanged state_changed);
  ~ModeCLine() override;

  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override;

 private:
  class Runner;
  std::shared_ptr<Runner> runner_;
};

}  // namespace metergate
