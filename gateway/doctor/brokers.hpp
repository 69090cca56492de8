// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/schema.hpp"
#include "gateway/doctor/finding.hpp"
#include "meters/time.hpp"

namespace metergate::doctor {

/// Whether the broker is there, would be trusted and lets us in as far as TLS goes, and for how
/// long the certificates of both sides are good. `name`: `north`, `meters`. Nothing is published,
/// and no MQTT session of the running gateway is disturbed.
[[nodiscard]] Findings look_at_broker(const std::string& name, const config::Broker& broker,
                                      UtcTime now);

}  // namespace metergate::doctor
