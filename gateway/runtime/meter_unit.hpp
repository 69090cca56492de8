// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/drivers/driver.hpp"
#include "gateway/session/meter_session.hpp"
#include "meters/models/meter_model.hpp"
#include "storage/ledger.hpp"

namespace metergate::runtime {

class LinkRunner;

/// One meter while the gateway runs: what is configured, what the ledger knows, how it is reached.
/// Owned by the gateway's registry; everything else refers to it.
struct MeterUnit {
  config::Meter settings;
  const config::Schedule* schedule = nullptr;
  const model::MeterModel* model = nullptr;
  const Driver* driver = nullptr;
  LinkRunner* runner = nullptr;
  MeterAddress address;
  StoredMeter stored;
  session::MeterSession session;
  std::string session_reason{};  ///< why the session is where it is
  std::optional<UtcTime> silent_since{};
  bool clock_drifts = false;  ///< beyond its schedule's limit when last read
  /// The last order the meter had taken when its relay was last read; empty since the start.
  std::optional<operation::TransactionId> relay_read_after{};
  std::size_t live_commands = 0;
  bool removed = false;  ///< taken out of the configuration while commands still end

  [[nodiscard]] const MeterId& id() const { return settings.id; }
  /// The serial number that must answer; empty until the first one was read.
  [[nodiscard]] const std::string& expected_serial() const {
    return settings.serial.empty() ? stored.serial : settings.serial;
  }
  [[nodiscard]] bool can(Capability capability) const {
    return model->capabilities.has(capability);
  }
  [[nodiscard]] bool can_identify() const {
    return model->protocol == model::Protocol::Mqtt || model->modbus.identification.has_value() ||
           model->dlms.serial.has_value() || !model->mode_c.serial.empty();
  }
};

}  // namespace metergate::runtime
