// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// The request that `sim ctl ACTION METER VALUE` makes of a running street (the commands are listed
/// in gateway/sim/street/commands.cpp). Complaints name what the action needs.
[[nodiscard]] CliResult<std::string> sim_request(const std::string& action,
                                                 const std::string& meter,
                                                 const std::string& value);

/// All actions, one a line, for the help.
[[nodiscard]] std::string sim_actions_help();

/// The answer for a person: `list` and `line-stats` as tables, the rest as JSON.
[[nodiscard]] std::string sim_answer_text(const boost::json::object& answer);

}  // namespace metergate::cli
