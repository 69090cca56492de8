// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "gateway/sim/wire/descriptor.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// A pseudo-terminal without any line discipline: what is written at one end comes out of the other
/// octet by octet. The device end is kept open here too, so that a master may come and go.
class PseudoTerminal {
 public:
  [[nodiscard]] static Result<PseudoTerminal, std::string> open();

  /// `/dev/pts/7`: what the master opens.
  [[nodiscard]] const std::filesystem::path& device() const { return device_; }
  /// The far end, non-blocking.
  [[nodiscard]] int far_end() const { return far_end_.get(); }
  /// What the device end was set to: it has no effect but this.
  [[nodiscard]] std::uint32_t speed() const;

 private:
  Descriptor far_end_;
  Descriptor near_end_;
  std::filesystem::path device_;
};

}  // namespace metergate::sim
