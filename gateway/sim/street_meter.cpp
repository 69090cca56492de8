// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street_meter.hpp"

#include <utility>

#include "gateway/sim/state_file.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::Settings;
using virtual_meter::VirtualMeter;

/// The meter that hangs here after a swap.
Settings other_meter(Settings settings) {
  settings.serial = *SerialNumber::parse(settings.serial.text().substr(0, 62) + "-B");
  settings.seed += 1'000'003;
  return settings;
}

}  // namespace

StreetMeter::StreetMeter(std::string name, Settings settings, const StreetClock& clock,
                         std::filesystem::path directory)
    : name_{std::move(name)},
      settings_{std::move(settings)},
      clock_{clock},
      directory_{std::move(directory)},
      faults_{settings_.seed} {}

Result<std::unique_ptr<StreetMeter>, std::string> StreetMeter::open(
    std::string name, Settings settings, const StreetClock& clock,
    std::filesystem::path directory) {
  std::unique_ptr<StreetMeter> place{
      new StreetMeter{std::move(name), std::move(settings), clock, std::move(directory)}};
  const auto swapped = read_state_file(place->directory_ / (place->name_ + ".swapped"));
  if (!swapped) return failure(swapped.error());
  place->active_ = swapped->has_value() && **swapped == "yes\n" ? 1 : 0;
  if (const auto loaded = place->load(place->active_); !loaded) return failure(loaded.error());
  if (!place->save()) return failure(place->last_error());
  return place;
}

Result<Done, std::string> StreetMeter::load(std::size_t which) {
  const auto text = read_state_file(file_of(which));
  if (!text) return failure(text.error());
  if (!*text) {
    meters_[which].emplace(which == 0 ? settings_ : other_meter(settings_), clock_.now());
    return Done{};
  }
  auto restored = VirtualMeter::restore(**text);
  if (!restored) return failure(file_of(which).string() + ": " + restored.error());
  meters_[which].emplace(std::move(*restored));
  return Done{};
}

std::filesystem::path StreetMeter::file_of(std::size_t which) const {
  return directory_ / (name_ + (which == 0 ? ".meter" : ".other.meter"));
}

void StreetMeter::tick() {
  const std::lock_guard lock{mutex_};
  hanging().advance(clock_.now());
}

bool StreetMeter::save() {
  const std::lock_guard lock{mutex_};
  return save_locked();
}

bool StreetMeter::swap() {
  const std::lock_guard lock{mutex_};
  if (!save_locked()) return false;
  const std::size_t next = 1 - active_;
  if (!meters_[next] && !keep(load(next))) return false;
  if (!keep(write_state_file(directory_ / (name_ + ".swapped"), next == 1 ? "yes\n" : "no\n"))) {
    return false;
  }
  active_ = next;
  hanging().advance(clock_.now());
  return save_locked();
}

bool StreetMeter::save_locked() {
  if (!keep(write_state_file(file_of(active_), hanging().save()))) return false;
  saved_changes_ = hanging().changes();
  return true;
}

bool StreetMeter::keep(const Result<Done, std::string>& written) {
  if (!written) last_error_ = written.error();
  return written.has_value();
}

std::string StreetMeter::last_error() const {
  const std::lock_guard lock{mutex_};
  return last_error_;
}

}  // namespace metergate::sim
