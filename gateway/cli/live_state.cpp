// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/live_state.hpp"

#include "gateway/cli/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

constexpr std::chrono::seconds kAnswerWithin{5};

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return journal::neutral(std::string_view{value->get_string()});
}

std::optional<std::int64_t> number_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code inexact;
  const auto number = value->to_number<std::int64_t>(inexact);
  return inexact ? std::nullopt : std::optional{number};
}

}  // namespace

CliResult<LiveMeters> ask_live_meters(const std::filesystem::path& socket) {
  auto client = ControlClient::connect(socket);
  if (!client) return failure(std::move(client).error());
  LiveMeters out;
  const auto ended = client->call(
      "meters", {},
      [&](const boost::json::object& line) {
        const std::string meter = text_of(line, "meter");
        if (meter.empty()) return ControlClient::Wanted::More;
        out[meter] = {.state = text_of(line, "state"),
                      .line = text_of(line, "line"),
                      .last_contact = text_of(line, "last_contact"),
                      .next_attempt = text_of(line, "next_attempt"),
                      .queue = number_of(line, "queue"),
                      .timeout_ms = number_of(line, "timeout_ms"),
                      .failures = number_of(line, "failures")};
        return ControlClient::Wanted::More;
      },
      kAnswerWithin);
  if (!ended) return failure(ended.error());
  if (*ended == ControlClient::Ended::TimedOut) {
    return failure(CliError{kUnavailable, "the gateway did not answer within " +
                                              std::to_string(kAnswerWithin.count()) + " s"});
  }
  return out;
}

}  // namespace metergate::cli
