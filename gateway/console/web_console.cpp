// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/web_console.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "gateway/console/answers.hpp"
#include "gateway/console/event_frame.hpp"
#include "gateway/console/guard.hpp"
#include "gateway/console/ledger_views.hpp"
#include "gateway/console/meter_views.hpp"
#include "gateway/console/page_files.hpp"
#include "gateway/console/time_range.hpp"

namespace metergate::console {

namespace json = boost::json;

namespace {

constexpr std::chrono::days kLongestProfile{62};
constexpr std::chrono::days kLongestDaily{800};
constexpr std::size_t kMostCommands = 100;
constexpr std::size_t kUsualCommands = 30;

std::string query_of(const Target& target, const std::string& name) {
  const auto found = target.query.find(name);
  return found == target.query.end() ? std::string{} : found->second;
}

std::size_t count_of(const Target& target, const std::string& name, std::size_t usual,
                     std::size_t most) {
  const std::string text = query_of(target, name);
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || at != end) return usual;
  return std::min(value, most);
}

Response told(std::string body) { return {200, "application/json", std::move(body)}; }

Response told(Stored<std::string> body) {
  if (body) return told(std::move(body).value());
  return complaint(503, "the ledger cannot be read: " + body.error().what);
}

Response nothing_here() { return complaint(404, "there is nothing under this address"); }

}  // namespace

WebConsole::WebConsole(const config::Console& settings, std::filesystem::path ledger, House house,
                       ConsoleWays ways)
    : house_{std::move(house)},
      ways_{std::move(ways)},
      ledger_file_{std::move(ledger)},
      logins_{settings, house_, ways_},
      tail_{ways_, [this] { return this->ledger(); },
            [this](std::string_view cookie) { return logins_.still_in(cookie); }} {}

const Ledger* WebConsole::ledger() {
  if (!ledger_) {
    auto opened = Ledger::open(ledger_file_, LedgerMode::ReadOnly);
    if (!opened) return nullptr;
    ledger_.emplace(std::move(*opened));
  }
  return &*ledger_;
}

void WebConsole::stop() { tail_.stop(); }

void WebConsole::request_ended(const std::string& line, const MeterId& meter,
                               const WireResult& result, std::chrono::microseconds on_wire) {
  lines_.add(line, meter.text(), result, on_wire, ways_.now().utc);
}

void WebConsole::handle(Request request, std::shared_ptr<Answerer> asker) {
  if (request.method == Request::Method::Other) {
    Response refused = complaint(405, "GET and POST are served");
    refused.headers.emplace_back("Allow", "GET, HEAD, POST");
    return asker->answer(std::move(refused));
  }
  if (const auto wrong = objection(request)) return asker->answer(complaint(403, *wrong));
  const auto target = parse_target(request.target);
  if (!target) return asker->answer(complaint(400, "an address of this console is expected"));
  const auto visitor = logins_.visitor(request);
  if (request.method == Request::Method::Post) return post(request, *target, visitor, asker);
  if (auto found = page(request, *target)) return asker->answer(std::move(*found));
  if (target->path.size() < 2 || target->path[0] != "api") return asker->answer(nothing_here());
  if (target->path[1] == "session" && target->path.size() == 2) {
    return asker->answer(logins_.session(request, visitor));
  }
  if (!visitor) return asker->answer(complaint(401, "log in first"));
  if (target->path[1] == "events" && target->path.size() == 2) {
    return follow(request, *target, *visitor, asker);
  }
  asker->answer(read(*target));
}

std::optional<Response> WebConsole::page(const Request&, const Target& target) const {
  if (target.path.size() > 1) return std::nullopt;
  const std::string name = target.path.empty() ? "index.html" : target.path.front();
  const auto files = page_files();
  const auto found = std::ranges::find(files, name, &PageFile::name);
  if (found == files.end()) return std::nullopt;
  return Response{200, std::string{found->content_type}, std::string{found->content}};
}

// ---- what is shown ------------------------------------------------------------------------------

Response WebConsole::read(const Target& target) {
  const auto& path = target.path;
  const UtcTime now = ways_.now().utc;
  if (path[1] == "box" && path.size() == 2) return told(house_.state_json());
  if (path[1] == "lines" && path.size() == 2) {
    return told(lines_json(house_.figures(), lines_, now));
  }
  if (path[1] != "meters") return nothing_here();
  if (path.size() == 2) {
    return told(meters_json(house_.meters(),
                            {.text = query_of(target, "text"),
                             .state = query_of(target, "state"),
                             .offset = count_of(target, "offset", 0, 1'000'000),
                             .limit = count_of(target, "limit", 100, kMostMetersAtOnce)},
                            now));
  }
  const auto id = MeterId::parse(path[2]);
  if (!id) return nothing_here();
  return read_meter(target, *id);
}

Response WebConsole::read_meter(const Target& target, const MeterId& id) {
  const auto meter = house_.meter(id);
  if (!meter) return complaint(404, "meter " + id.text() + " is not a meter of this gateway");
  const Ledger* const store = ledger();
  if (store == nullptr) return complaint(503, "the ledger cannot be opened");
  const auto past = past_of(*store, house_.site, *meter);
  if (!past) return complaint(503, "the ledger cannot be read: " + past.error().what);
  const UtcTime now = ways_.now().utc;
  const auto& path = target.path;
  if (path.size() == 3) return told(meter_json(*past, now));
  if (path.size() > 4) return nothing_here();
  if (path[3] == "profile") {
    const auto range = time_range(target, now, std::chrono::days{1}, kLongestProfile);
    if (!range) return complaint(400, "from and to: RFC 3339 times, at most 62 days apart");
    return told(profile_json(*past, range->from, range->to, now));
  }
  if (path[3] == "daily") {
    const auto range = time_range(target, now, std::chrono::days{31}, kLongestDaily);
    if (!range) return complaint(400, "from and to: RFC 3339 times, at most 800 days apart");
    return told(daily_json(*past, std::chrono::floor<std::chrono::days>(range->from),
                           std::chrono::ceil<std::chrono::days>(range->to) + std::chrono::days{1},
                           now));
  }
  if (path[3] == "events") return told(events_json(*past));
  if (path[3] == "logs") return told(logs_json(*past, now));
  if (path[3] == "commands") {
    return told(commands_json(*past, count_of(target, "limit", kUsualCommands, kMostCommands)));
  }
  return nothing_here();
}

void WebConsole::follow(const Request& request, const Target& target, const Visitor& visitor,
                        const std::shared_ptr<Answerer>& asker) {
  const std::string meter = query_of(target, "meter");
  if (!meter.empty() && !is_identifier(meter)) {
    return asker->answer(complaint(400, "meter: a meter's name is expected"));
  }
  if (!tail_.has_room()) {
    return asker->answer(complaint(503, "too many pages follow the events; close one"));
  }
  if (request.method == Request::Method::Head) return asker->answer(complaint(405, "GET it"));
  const std::string seen =
      request.last_event_id.empty() ? query_of(target, "after") : request.last_event_id;
  if (auto stream = asker->stream()) {
    tail_.follow(std::move(stream), visitor.cookie, meter, parse_event_id(seen));
  }
}

// ---- what is done -------------------------------------------------------------------------------

void WebConsole::post(const Request& request, const Target& target,
                      const std::optional<Visitor>& visitor,
                      const std::shared_ptr<Answerer>& asker) {
  const auto& path = target.path;
  if (path.size() < 2 || path[0] != "api") return asker->answer(nothing_here());
  const bool is_login = path.size() == 2 && path[1] == "login";
  if (!visitor && !is_login) return asker->answer(complaint(401, "log in first"));
  if (!logins_.has_token(request, visitor)) {
    return asker->answer(complaint(403, "X-CSRF-Token: the page's own token is expected"));
  }
  if (is_login) return logins_.log_in(request, asker);
  if (path.size() == 2 && path[1] == "logout") return asker->answer(logins_.log_out(*visitor));
  const bool is_of_meter = path.size() >= 4 && path[1] == "meters";
  if (is_of_meter && path.size() == 5 && path[3] == "commands") {
    return asker->answer(command(request, *visitor, path[2], path[4]));
  }
  const auto meter = is_of_meter ? MeterId::parse(path[2]) : std::nullopt;
  if (meter && path.size() == 4 && path[3] == "probe") {
    return asker->answer(probe(*visitor, *meter));
  }
  asker->answer(nothing_here());
}

Response WebConsole::denied(const Visitor& visitor, const std::string& meter, Verb verb) {
  const std::string word{traits_of(verb).word};
  ways_.tell(journal::kConsoleDenied, {{"user", visitor.user.name},
                                       {"verb", word},
                                       {"meter", is_identifier(meter) ? meter : std::string{}}});
  return complaint(403, visitor.user.name + " may not send " + word +
                            "; whoever keeps the logins can allow it (metergate console-user)");
}

Response WebConsole::command(const Request& request, const Visitor& visitor,
                             const std::string& meter, const std::string& verb) {
  const auto known = parse_verb(verb);
  if (!known || std::ranges::find(kConsoleVerbs, *known) == kConsoleVerbs.end()) {
    return complaint(404, "the console sends " + console_verb_words());
  }
  if (!visitor.may(*known)) return denied(visitor, meter, *known);
  const auto limits = house_.limits();
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::error_code broken;
  json::value body = json::parse(request.body, broken, {}, options);
  if (broken || !body.is_object()) return complaint(400, "one JSON object is expected");
  // Who asks is known, not claimed.
  body.get_object()["operator"] = visitor.user.operator_name;
  auto command = north::decode_command_body(meter, verb, json::serialize(body), ways_.now().utc,
                                            limits, house_.site.text());
  if (!command) return {422, "application/json", house_.refused(command.error()).json};
  const auto* issue = std::get_if<IssueToken>(&command->params);
  if (issue != nullptr && issue->delivery != TokenDelivery::Remote) {
    return complaint(403,
                     "the console shows no digits; tokens are handed out by `metergate token`");
  }
  const auto answer = house_.submit(std::move(*command), visitor.user.name);
  return {answer.is_taken ? 202U : 422U, "application/json", answer.json};
}

Response WebConsole::probe(const Visitor& visitor, const MeterId& meter) {
  if (!visitor.may(Verb::Read)) return denied(visitor, meter.text(), Verb::Read);
  if (house_.probe(meter, visitor.user.name)) return told("{}");
  return complaint(404, "meter " + meter.text() + " is not a meter of this gateway");
}

}  // namespace metergate::console
