// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gateway/sim/mode_c/sign_on_server.hpp"
#include "gateway/sim/wire/faults.hpp"
#include "gateway/sim/wire/line.hpp"
#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

struct ModeCTarget {
  /// Nothing while the meter has no power, or could not make its state durable.
  std::function<std::optional<iec62056_21::DataMessage>()> read_out;
  WireFaults* faults = nullptr;
};

/// A line of meters in mode C of IEC 62056-21 on a pseudo-terminal. A pseudo-terminal carries
/// octets at any speed, so each end's is looked at: what is sent at another speed than the other
/// end's arrives as noise, and what comes at another is not heard. Times of the sign-on are real
/// ones, paced or not. One thread.
class ModeCLine {
 public:
  /// `targets` by device address; a call without one is answered where there is one meter.
  [[nodiscard]] static Result<std::unique_ptr<ModeCLine>, std::string> open(
      const WireSettings& settings, const SignOnSettings& sign_on,
      std::map<std::string, ModeCTarget> targets);
  ~ModeCLine();
  ModeCLine(const ModeCLine&) = delete;
  ModeCLine& operator=(const ModeCLine&) = delete;

  [[nodiscard]] const std::filesystem::path& device() const;

 private:
  class Thread;
  explicit ModeCLine(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
