// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gateway/cli/terminal/console.hpp"
#include "meters/command.hpp"
#include "meters/registry_names.hpp"

namespace metergate::cli {

/// A command as typed, before it is judged; what a verb does not use stays empty.
struct TypedCommand {
  Verb verb = Verb::Read;
  std::string meter;
  // every verb
  std::string id;  ///< empty: made up
  std::string expires_in = "10m";
  std::string not_before;
  std::string priority;
  std::string work_order;
  std::string comment;
  // single verbs
  std::string token;
  bool allow_repeat = false;
  std::string state;
  std::vector<std::string> what;
  std::string from;
  std::string to;
  std::string time;
  std::string command;
  // tokens made on the box
  std::string function;
  std::string value;
  std::string old_supply_group;
  bool confirmed = false;
  std::string channel;  ///< with one, the token is handed over instead of sent
  bool cleared = false;
  // the registry
  registry::ChangeNames registry;
  std::string effective;
  bool change_tenancy = false;
  // changes of tenancy and supplier, tariffs
  std::string situation;
  std::vector<std::string> actions;
  std::string relay;
  std::string event_id;
  bool uncollected = false;
  std::string supplier_id;
  std::string supplier_name;
  std::string tariff_id;
  std::string price;
  // what sealed tenancies left
  std::string epoch;
  bool publish = true;
};

/// What is sent: the body as docs/mqtt-api.md describes it, and what the sender has to know of it.
struct CommandBody {
  std::string id;
  boost::json::object body;
  std::chrono::seconds valid_for{0};
};

/// Fills in id, issued_at, expires_at and operator. Complaints (usage) name the option, what stands
/// there and what is allowed; a token is never repeated in one.
[[nodiscard]] CliResult<CommandBody> make_command_body(const TypedCommand& typed,
                                                       const std::string& operator_name,
                                                       UtcTime now);

/// `cli-20260301T101700Z-9f86d081`: sorts by time, unique by chance of 1 in 4 thousand million a
/// second.
[[nodiscard]] std::string make_command_id(UtcTime now);

/// The login name of whoever runs this program, or `uid-1234`.
[[nodiscard]] std::string own_user_name();

}  // namespace metergate::cli
