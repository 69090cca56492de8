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

/// A place on its line that no meter has had since the start: others may have moved in the file.
config::Meter at_free_place(config::Meter meter,
                            const std::map<MeterId, std::unique_ptr<MeterUnit>>& known) {
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
  const auto needs_restart = [&](bool differs, std::string key) {
    if (differs) journal_.write(journal::kRestartNeeded, now.utc, {{"key", std::move(key)}});
  };
  needs_restart(next.site != configuration_.site, "site");
  needs_restart(next.storage.file != configuration_.storage.file, "storage.file");
  needs_restart(next.control.socket != configuration_.control.socket, "control.socket");
  needs_restart(next.metrics != configuration_.metrics, "metrics");
  needs_restart(next.console != configuration_.console, "console");
  needs_restart(!(next.audit == configuration_.audit), "audit");
  needs_restart(!(next.registry == configuration_.registry), "registry");
  needs_restart(!(next.relay_off_fuse == configuration_.relay_off_fuse), "relay_off_fuse");
  needs_restart(!(next.requester_limit == configuration_.requester_limit), "requester_limit");
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
    needs_restart(!(model == models_.at(name)), "model " + name);
  }
  std::vector<MeterUnit*> gone;
  for (const auto& [id, meter] : meters_) {
    const auto kept = std::ranges::find(next.meters, id, &config::Meter::id);
    if (kept == next.meters.end() && !meter->removed) gone.push_back(meter.get());
  }
  for (MeterUnit* meter : gone) {
    remove_meter(*meter, now);
    changed(fmt::format("meter {} removed", meter->id().text()));
  }
  for (const config::Meter& meter : next.meters) {
    const MeterUnit* known = find_meter(meter.id);
    const auto line = std::ranges::find(configuration_.lines, meter.line, &config::Line::name);
    const bool has_address = line == configuration_.lines.end() || line->has_addresses();
    if (known == nullptr || known->removed) {
      const bool has_link =
          runners_.contains(meter.line.empty() ? std::string{kMqttLink} : meter.line);
      if (has_link && known == nullptr) {
        add_meter(has_address ? meter : at_free_place(meter, meters_), now);
        changed(fmt::format("meter {} added", meter.id.text()));
      } else {
        needs_restart(true, fmt::format("meter {} (its line is new, or it was removed before)",
                                        meter.id.text()));
      }
    } else {
      needs_restart(
          (has_address && known->settings.address != meter.address) ||
              (!has_address && known->settings.topic_name != meter.topic_name) ||
              known->settings.line != meter.line || known->settings.model != meter.model ||
              known->settings.serial != meter.serial ||
              known->settings.device_address != meter.device_address ||
              known->settings.schedule != meter.schedule || !same_access(known->settings, meter),
          "meter " + meter.id.text());
    }
  }
  configuration_.log = next.log;
  configuration_.schedules = std::move(next.schedules);
  static_cast<void>(keeper_.commit());
}

}  // namespace metergate::runtime
