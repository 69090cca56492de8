// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "gateway/sim/street_clock.hpp"
#include "gateway/sim/wire_faults.hpp"
#include "meters/virtual/virtual_meter.hpp"

namespace metergate::sim {

/// A place on the street where a virtual meter hangs, with its lock and its file. What an order or
/// a person changed is on disk before anyone hears of it: a killed simulator has forgotten nothing
/// that was answered.
class StreetMeter {
 public:
  using VirtualMeter = virtual_meter::VirtualMeter;

  /// Takes the meter up from its file, or hangs a new one there when there is none.
  [[nodiscard]] static Result<std::unique_ptr<StreetMeter>, std::string> open(
      std::string name, virtual_meter::Settings settings, const StreetClock& clock,
      std::filesystem::path directory);

  /// `act(VirtualMeter&, UtcSeconds now)` under the lock, after the meter has lived up to now.
  /// Nothing when the state could not be made durable: the meter must stay silent then.
  template <typename Act>
  [[nodiscard]] auto with(Act act)
      -> std::optional<std::invoke_result_t<Act, VirtualMeter&, UtcSeconds>> {
    const std::lock_guard lock{mutex_};
    VirtualMeter& meter = hanging();
    const UtcSeconds now = clock_.now();
    meter.advance(now);
    auto result = act(meter, now);
    if (meter.changes() != saved_changes_ && !save_locked()) return std::nullopt;
    return result;
  }

  /// Lets time pass for a meter nobody asks.
  void tick();
  /// Writes the present state; false (and `last_error()`) when that failed.
  bool save();
  /// Takes this meter off and hangs the place's other one there: another serial number, another
  /// household, its own memory. Swapping again brings the first one back.
  bool swap();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] WireFaults& faults() { return faults_; }
  [[nodiscard]] std::string last_error() const;

 private:
  StreetMeter(std::string name, virtual_meter::Settings settings, const StreetClock& clock,
              std::filesystem::path directory);
  [[nodiscard]] VirtualMeter& hanging() { return *meters_[active_]; }
  [[nodiscard]] Result<Done, std::string> load(std::size_t which);
  [[nodiscard]] std::filesystem::path file_of(std::size_t which) const;
  bool save_locked();
  bool keep(const Result<Done, std::string>& written);

  mutable std::mutex mutex_;
  std::string name_;
  virtual_meter::Settings settings_;
  const StreetClock& clock_;
  std::filesystem::path directory_;
  std::array<std::optional<VirtualMeter>, 2> meters_;
  std::size_t active_ = 0;
  std::uint64_t saved_changes_ = 0;
  std::string last_error_;
  WireFaults faults_;
};

}  // namespace metergate::sim
