// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/send/send_body.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

struct SendOptions {
  StoreOptions store;
  TypedCommand typed;
  std::string via = "socket";
  std::string wait;
  bool no_wait = false;
  bool json = false;
  std::string slip;  ///< `text` or `html`
};
/// Reason, id, expiry, way and the rest that every command takes; whom it is for and what it says
/// is the caller's.
void add_send_options(CLI::App& command, SendOptions& options);
/// Sends it and prints its steps; returns the exit code.
int send_command(Console& console, const SendOptions& options);

/// `metergate send VERB METER ...`: a command to a meter, waited for, step by step.
void add_send(CLI::App& app, Action& action);

}  // namespace metergate::cli
