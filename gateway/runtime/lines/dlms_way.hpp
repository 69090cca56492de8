// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/dlms_secrets.hpp"
#include "config/schema.hpp"
#include "gateway/links/dlms_meter_link.hpp"

namespace boost::asio {
class io_context;
}

/// From what the operator wrote to the links and files of DLMS meters.
namespace metergate::runtime {

/// The link of a DLMS line. `broker` is that of [mqtt_meters], if there is one.
[[nodiscard]] std::unique_ptr<DlmsMeterLink> make_dlms_link(
    boost::asio::io_context& loop, const config::Line& line,
    const std::optional<config::MqttMeters>& broker, DlmsMeterLink::Hooks hooks);

/// The meter's key file; nothing to read where none is needed. The fault names file and key.
[[nodiscard]] Result<config::DlmsSecrets, std::string> read_dlms_secrets(
    const config::Meter& meter);

}  // namespace metergate::runtime
