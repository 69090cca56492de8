// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/schema.hpp"
#include "gateway/links/link.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate::runtime {

/// The link of a line that is none of DLMS: Modbus, or readouts in mode C. `state_changed` tells of
/// its device or connection.
[[nodiscard]] std::unique_ptr<Link> make_line(
    boost::asio::io_context& loop, const config::Line& line,
    std::function<void(bool up, std::string why)> state_changed);

}  // namespace metergate::runtime
