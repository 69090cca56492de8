// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "gateway/runtime/gateway.hpp"

namespace metergate::runtime {
namespace {

bool same_access(const config::Meter& one, const config::Meter& other) {
  if (!one.dlms || !other.dlms) return one.dlms == other.dlms;
  return *one.dlms == *other.dlms;
}

/// What is taken over at a start only.
std::vector<std::string_view> fixed_keys_that_differ(const config::Configuration& held,
                                                     const config::Configuration& next) {
  std::vector<std::string_view> keys;
  const auto compare = [&](const auto& old_value, const auto& new_value, std::string_view key) {
    if (!(new_value == old_value)) keys.push_back(key);
  };
  compare(held.site, next.site, "site");
  compare(held.storage.file, next.storage.file, "storage.file");
  compare(held.control.socket, next.control.socket, "control.socket");
  compare(held.metrics, next.metrics, "metrics");
  compare(held.console, next.console, "console");
  compare(held.audit, next.audit, "audit");
  compare(held.registry, next.registry, "registry");
  compare(held.relay_off_fuse, next.relay_off_fuse, "relay_off_fuse");
  compare(held.requester_limit, next.requester_limit, "requester_limit");
  return keys;
}

using Meters = std::map<MeterId, std::unique_ptr<MeterUnit>>;

std::vector<MeterUnit*> no_longer_named(const Meters& known, const config::Configuration& next) {
  std::vector<MeterUnit*> gone;
  for (const auto& [id, meter] : known) {
    const auto kept = std::ranges::find(next.meters, id, &config::Meter::id);
    if (kept == next.meters.end() && !meter->removed) gone.push_back(meter.get());
  }
  return gone;
}

/// Whether a meter of this name differs in what its session and link were made from. Where a line
/// has no addresses, the number of its place is the gateway's own and says nothing.
bool is_another(const config::Meter& known, const config::Meter& meter, bool has_address) {
  const bool elsewhere =
      has_address ? known.address != meter.address : known.topic_name != meter.topic_name;
  return elsewhere || known.line != meter.line || known.model != meter.model ||
         known.serial != meter.serial || known.device_address != meter.device_address ||
         known.schedule != meter.schedule || !same_access(known, meter);
}

/// A place on its line that no meter has had since the start: others may have moved in the file.
config::Meter at_free_place(config::Meter meter, const Meters& known) {
  std::uint16_t last = 0;
  for (const auto& [id, unit] : known) {
    if (unit->settings.line == meter.line) last = std::max(last, unit->settings.address);
  }
  meter.address = static_cast<std::uint16_t>(last + 1);
  return meter;
}

}  // namespace

void Gateway::reload(config::Configuration next, config::ModelCatalogue models) {
  const Now now = clock_.now();
  const auto changed = [&](std::string what) {
    journal_.write(journal::kConfigurationChanged, now.utc, {{"what", std::move(what)}});
  };
  const auto needs_restart = [&](std::string key) {
    journal_.write(journal::kRestartNeeded, now.utc, {{"key", std::move(key)}});
  };
  for (const std::string_view key : fixed_keys_that_differ(configuration_, next)) {
    needs_restart(std::string{key});
  }
  if (next.log.level != configuration_.log.level) {
    // Told while it still can be: a higher level may silence this very line.
    changed(fmt::format("log.level: {} to {}", configuration_.log.level, next.log.level));
    journal_.set_level(journal::parse_level(next.log.level).value_or(journal::Level::Info));
  }
  if (!(next.access == configuration_.access)) {
    changed("access: operators, roles or what they need");
    // The desks hold a reference to these very rules.
    configuration_.access = std::move(next.access);
    commands_.rights_changed(now);
  }
  for (const config::Schedule& one : next.schedules) {
    auto& held = schedules_[one.name];
    if (!held) held = std::make_unique<config::Schedule>();
    if (*held == one) continue;
    *held = one;
    changed(fmt::format("schedule {} changed", one.name));
    for (const auto& [id, meter] : meters_) {
      if (meter->schedule == held.get() && !meter->removed) collection_.hurry(*meter, now);
    }
  }
  // Only new names are taken over: meters refer to the models they were started with.
  models_.merge(models);
  for (const auto& [name, model] : models) {
    if (!(model == models_.at(name))) needs_restart("model " + name);
  }
  for (MeterUnit* meter : no_longer_named(meters_, next)) {
    remove_meter(*meter, now);
    changed(fmt::format("meter {} removed", meter->id().text()));
  }
  for (const config::Meter& meter : next.meters) {
    const MeterUnit* known = find_meter(meter.id);
    const auto line = std::ranges::find(configuration_.lines, meter.line, &config::Line::name);
    const bool has_address = line == configuration_.lines.end() || line->has_addresses();
    if (known != nullptr && !known->removed) {
      if (is_another(known->settings, meter, has_address)) {
        needs_restart("meter " + meter.id.text());
      }
      continue;
    }
    const bool has_link =
        runners_.contains(meter.line.empty() ? std::string{kMqttLink} : meter.line);
    if (has_link && known == nullptr) {
      add_meter(has_address ? meter : at_free_place(meter, meters_), now);
      changed(fmt::format("meter {} added", meter.id.text()));
    } else {
      needs_restart(
          fmt::format("meter {} (its line is new, or it was removed before)", meter.id.text()));
    }
  }
  configuration_.log = next.log;
  configuration_.schedules = std::move(next.schedules);
  static_cast<void>(keeper_.commit());
}

}  // namespace metergate::runtime
