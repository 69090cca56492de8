// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gateway/sim/street/clock.hpp"
#include "gateway/sim/street/push_orders.hpp"
#include "gateway/sim/wire/faults.hpp"
#include "meters/virtual/virtual_meter.hpp"

namespace metergate::sim {

/// Makes the keys of a meter by its serial number; without one, codes go by the open rule.
using KeyMaker = std::function<virtual_meter::MeterKeys(const SerialNumber&)>;

/// A place on the street where a virtual meter hangs, with its lock and its files: the state as it
/// was saved last, and the deeds since. What an order or a person did is on disk before anyone
/// hears of it: a killed simulator has forgotten nothing that was answered.
class StreetMeter {
 public:
  using VirtualMeter = virtual_meter::VirtualMeter;

  /// Takes the meter up from its files, or hangs a new one there when there are none; a new one is
  /// saved with its first deed or by `save_all`. A meter saved without keys is given its own; one
  /// that has keys is never opened without `make_keys`: that is a fault, not a way round them.
  [[nodiscard]] static Result<std::unique_ptr<StreetMeter>, std::string> open(
      std::string name, virtual_meter::Settings settings, const StreetClock& clock,
      std::filesystem::path directory, KeyMaker make_keys = {});

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
    if (!keep_deeds()) return std::nullopt;
    return result;
  }

  /// Lets time pass for a meter nobody asks.
  void tick();
  /// Writes the present state; false (and `last_error()`) when that failed.
  bool save();
  /// The same for many in two flushes, while nobody else uses them.
  [[nodiscard]] static Result<Done, std::string> save_all(
      const std::vector<std::unique_ptr<StreetMeter>>& meters);
  /// Takes this meter off and hangs the place's other one there: another serial number, another
  /// household, its own memory. Swapping again brings the first one back.
  bool swap();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] WireFaults& faults() { return faults_; }
  /// For the wire it hangs on, if that can push.
  [[nodiscard]] PushOrders& push_orders() { return push_orders_; }
  [[nodiscard]] std::string last_error() const;

 private:
  StreetMeter(std::string name, virtual_meter::Settings settings, const StreetClock& clock,
              std::filesystem::path directory, KeyMaker make_keys);
  [[nodiscard]] VirtualMeter& hanging() { return *meters_[active_]; }
  [[nodiscard]] Result<Done, std::string> load(std::size_t which);
  [[nodiscard]] std::filesystem::path file_of(std::size_t which) const;
  [[nodiscard]] std::filesystem::path deeds_of(std::size_t which) const;
  [[nodiscard]] Result<Done, std::string> redo_deeds(std::size_t which);
  [[nodiscard]] Result<Done, std::string> fit_keys(std::size_t which);
  bool keep_deeds();
  bool save_locked();
  /// The saved state holds all deeds now.
  bool forget_deeds();
  bool keep(const Result<Done, std::string>& written);

  mutable std::mutex mutex_;
  std::string name_;
  virtual_meter::Settings settings_;
  const StreetClock& clock_;
  std::filesystem::path directory_;
  KeyMaker make_keys_;
  std::array<std::optional<VirtualMeter>, 2> meters_;
  std::size_t active_ = 0;
  std::size_t kept_deeds_ = 0;
  bool must_save_ = false;   ///< the next deed saves the whole state: new, or taken up with deeds
  bool lost_deeds_ = false;  ///< some are on no disk; the meter is silent until it is saved
  std::string last_error_;
  WireFaults faults_;
  PushOrders push_orders_;
};

}  // namespace metergate::sim
