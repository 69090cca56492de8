// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/live_state.hpp"

#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/terminal/json_members.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

std::string neutral_text(const boost::json::object& object, std::string_view key) {
  return journal::neutral(text_in(object, key).value_or(""));
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
  const auto asked = client->ask("meters", {}, [&](const boost::json::object& line) {
    const std::string meter = neutral_text(line, "meter");
    if (meter.empty()) return ControlClient::Wanted::More;
    out[meter] = {.state = neutral_text(line, "state"),
                  .line = neutral_text(line, "line"),
                  .last_contact = neutral_text(line, "last_contact"),
                  .next_attempt = neutral_text(line, "next_attempt"),
                  .queue = number_of(line, "queue"),
                  .timeout_ms = number_of(line, "timeout_ms"),
                  .failures = number_of(line, "failures")};
    return ControlClient::Wanted::More;
  });
  if (!asked) return failure(asked.error());
  return out;
}

}  // namespace metergate::cli
