// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace metergate::cli {

/// One line of the control socket's `trace` for people: when, what was asked, what came back;
/// octets in hex with their meaning behind.
[[nodiscard]] std::string trace_text(const boost::json::object& exchange);

}  // namespace metergate::cli
