// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/console/console_ways.hpp"
#include "gateway/console/event_tail.hpp"
#include "gateway/console/house.hpp"
#include "gateway/console/http_message.hpp"
#include "gateway/console/line_log.hpp"
#include "gateway/console/login_desk.hpp"
#include "gateway/console/target.hpp"
#include "storage/ledger.hpp"

namespace metergate::console {

/// The web console without its socket: a request comes in, an answer goes out. Loop thread only.
///
///   GET  /, /console.css, ...              the page; it holds nothing of the site
///   GET  /api/session                      who is logged in; the token for POSTs
///   POST /api/login, /api/logout
///   GET  /api/meters                       ?text= &state= &offset= &limit=
///   GET  /api/meters/{m}                   and below it profile, daily, logs, events, commands;
///                                          ?from= &to= of the first two, see time_range.hpp
///   POST /api/meters/{m}/commands/{verb}   a command, as docs/mqtt-api.md has its body
///   POST /api/meters/{m}/probe             a silent meter is tried at once
///   GET  /api/lines, /api/box
///   GET  /api/events                       the journal as it grows, server-sent events
///
/// Everything below /api but session and login needs a login, every POST a token.
class WebConsole {
 public:
  WebConsole(const config::Console& settings, std::filesystem::path ledger, House house,
             ConsoleWays ways);

  void handle(Request request, std::shared_ptr<Answerer> asker);
  /// A request on a line is over.
  void request_ended(const std::string& line, const MeterId& meter, const WireResult& result,
                     std::chrono::microseconds on_wire);
  void stop();

 private:
  [[nodiscard]] std::optional<Response> page(const Request& request, const Target& target) const;
  [[nodiscard]] Response read(const Target& target);
  [[nodiscard]] Response read_meter(const Target& target, const MeterId& id);
  void post(const Request& request, const Target& target, const std::optional<Visitor>& visitor,
            const std::shared_ptr<Answerer>& asker);
  [[nodiscard]] Response command(const Request& request, const Visitor& visitor,
                                 const std::string& meter, const std::string& verb);
  [[nodiscard]] Response probe(const Visitor& visitor, const MeterId& meter);
  [[nodiscard]] Response denied(const Visitor& visitor, const std::string& meter, Verb verb);
  void follow(const Request& request, const Target& target, const Visitor& visitor,
              const std::shared_ptr<Answerer>& asker);
  /// Opened for reading when it is first needed: what is shown has been committed.
  [[nodiscard]] const Ledger* ledger();

  House house_;
  ConsoleWays ways_;
  std::filesystem::path ledger_file_;
  std::optional<Ledger> ledger_;
  LineLog lines_;
  LoginDesk logins_;
  EventTail tail_;
};

}  // namespace metergate::console
