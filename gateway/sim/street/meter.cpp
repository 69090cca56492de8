// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/meter.hpp"

#include <utility>

#include "gateway/sim/street/state_file.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::Settings;
using virtual_meter::VirtualMeter;

/// Beyond so many deeds the state is written anew, so that a start never takes long.
constexpr std::size_t kMostDeeds = 256;

/// The meter that hangs here after a swap.
Settings other_meter(Settings settings) {
  settings.serial = *SerialNumber::parse(settings.serial.text().substr(0, 62) + "-B");
  settings.seed += 1'000'003;
  return settings;
}

}  // namespace

StreetMeter::StreetMeter(std::string name, Settings settings, const StreetClock& clock,
                         std::filesystem::path directory, KeyMaker make_keys)
    : name_{std::move(name)},
      settings_{std::move(settings)},
      clock_{clock},
      directory_{std::move(directory)},
      make_keys_{std::move(make_keys)},
      faults_{settings_.seed} {}

Result<std::unique_ptr<StreetMeter>, std::string> StreetMeter::open(std::string name,
                                                                    Settings settings,
                                                                    const StreetClock& clock,
                                                                    std::filesystem::path directory,
                                                                    KeyMaker make_keys) {
  std::unique_ptr<StreetMeter> place{new StreetMeter{std::move(name), std::move(settings), clock,
                                                     std::move(directory), std::move(make_keys)}};
  const auto swapped = read_state_file(place->directory_ / (place->name_ + ".swapped"));
  if (!swapped) return failure(swapped.error());
  place->active_ = swapped->has_value() && **swapped == "yes\n" ? 1 : 0;
  if (const auto loaded = place->load(place->active_); !loaded) return failure(loaded.error());
  return place;
}

Result<Done, std::string> StreetMeter::load(std::size_t which) {
  const auto text = read_state_file(file_of(which));
  if (!text) return failure(text.error());
  if (!*text) {
    Settings settings = which == 0 ? settings_ : other_meter(settings_);
    if (make_keys_) settings.keys = make_keys_(settings.serial);
    meters_[which].emplace(std::move(settings), clock_.now());
    must_save_ = true;
    return Done{};
  }
  auto restored = VirtualMeter::restore(**text);
  if (!restored) return failure(file_of(which).string() + ": " + restored.error());
  meters_[which].emplace(std::move(*restored));
  if (auto redone = redo_deeds(which); !redone) return redone;
  return fit_keys(which);
}

Result<Done, std::string> StreetMeter::fit_keys(std::size_t which) {
  VirtualMeter& meter = *meters_[which];
  if (!make_keys_) {
    if (!meter.token_state()) return Done{};
    return failure(file_of(which).string() +
                   ": this meter has keys; run the street with --token-rule cryptographic, or in a "
                   "folder of its own");
  }
  if (!meter.token_state() && meter.fit_keys(make_keys_(meter.serial()))) must_save_ = true;
  return Done{};
}

Result<Done, std::string> StreetMeter::redo_deeds(std::size_t which) {
  const auto text = read_state_file(deeds_of(which));
  if (!text) return failure(text.error());
  if (!*text || (*text)->empty()) return Done{};
  // A last line without its end was being written when the simulator died: never answered.
  std::string_view rest = **text;
  std::size_t number = 0;
  for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
    ++number;
    const auto deed = virtual_meter::Deed::parse(rest.substr(0, end));
    if (!deed || !meters_[which]->redo(*deed)) {
      return failure(deeds_of(which).string() + ":" + std::to_string(number) + ": " +
                     (deed ? "does not follow on the saved state" : deed.error()));
    }
    rest.remove_prefix(end + 1);
  }
  must_save_ = true;
  return Done{};
}

std::filesystem::path StreetMeter::file_of(std::size_t which) const {
  return directory_ / (name_ + (which == 0 ? ".meter" : ".other.meter"));
}

std::filesystem::path StreetMeter::deeds_of(std::size_t which) const {
  return directory_ / (name_ + (which == 0 ? ".deeds" : ".other.deeds"));
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

bool StreetMeter::keep_deeds() {
  const auto deeds = hanging().take_deeds();
  if (deeds.empty() && !lost_deeds_) return true;
  if (lost_deeds_ || must_save_ || kept_deeds_ >= kMostDeeds) return save_locked();
  for (const virtual_meter::Deed& deed : deeds) {
    if (!keep(append_line(deeds_of(active_), deed.text()))) {
      lost_deeds_ = true;
      return false;
    }
    ++kept_deeds_;
  }
  return true;
}

bool StreetMeter::save_locked() {
  lost_deeds_ = lost_deeds_ || !hanging().take_deeds().empty() || must_save_;
  if (!keep(write_state_file(file_of(active_), hanging().save()))) return false;
  return forget_deeds();
}

bool StreetMeter::forget_deeds() {
  // Deeds left behind by a kill in between do no harm: the state holds them by their numbers.
  std::error_code error;
  std::filesystem::remove(deeds_of(active_), error);
  if (error) return keep(failure("cannot remove " + deeds_of(active_).string()));
  kept_deeds_ = 0;
  must_save_ = false;
  lost_deeds_ = false;
  return true;
}

Result<Done, std::string> StreetMeter::save_all(
    const std::vector<std::unique_ptr<StreetMeter>>& meters) {
  StateFileBatch batch;
  for (const auto& meter : meters) {
    const std::lock_guard lock{meter->mutex_};
    (void)meter->hanging().take_deeds();
    meter->must_save_ = true;
    if (auto added = batch.add(meter->file_of(meter->active_), meter->hanging().save()); !added) {
      return added;
    }
  }
  if (auto committed = batch.commit(); !committed) return committed;
  for (const auto& meter : meters) {
    const std::lock_guard lock{meter->mutex_};
    if (!meter->forget_deeds()) return failure(meter->last_error_);
  }
  return Done{};
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
