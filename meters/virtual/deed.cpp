// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/deed.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "meters/virtual/change_deed.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::virtual_meter {
namespace {

std::string written(std::int64_t value) { return std::to_string(value); }
std::string written(const PhaseWatts& watts) {
  return std::to_string(watts[0]) + ' ' + std::to_string(watts[1]) + ' ' + std::to_string(watts[2]);
}
std::string written(UtcSeconds time) { return written(time.time_since_epoch().count()); }

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t length = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, length));
    line.remove_prefix(std::min(length + 1, line.size()));
  }
  return words;
}

template <typename Number>
std::optional<Number> parsed(std::string_view text) {
  Number value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<UtcSeconds> parsed_time(std::string_view text) {
  const auto seconds = parsed<std::int64_t>(text);
  if (!seconds) return std::nullopt;
  return UtcSeconds{std::chrono::seconds{*seconds}};
}

using What = decltype(Deed::what);

std::optional<What> act_of(std::string_view word) {
  if (word == "button") return ButtonPressed{};
  if (word == "first-key") return FirstKeyPressed{};
  if (word == "second-key") return SecondKeyPressed{};
  if (word == "cover-opened") return CoverOpened{};
  if (word == "cover-closed") return CoverClosed{};
  if (word == "power-cut") return PowerCut{};
  if (word == "power-restored") return PowerRestored{};
  if (word == "usual-load") return LoadSwitched{};
  if (word == "emergency-credit") return EmergencyCreditTaken{};
  return std::nullopt;
}

std::optional<What> act_with(std::string_view word, std::string_view content) {
  if (word == "local-clock") {
    if (const auto time = parsed_time(content)) return ClockSetLocally{*time};
  }
  if (word == "cycle-relay") {
    const auto times = parsed<std::uint8_t>(content);
    if (times && *times >= 1 && *times <= kMostCycles) return RelayCycled{*times};
  }
  if (word == "force-relay") {
    const auto state = parse_supply(content);
    if (state && *state != SupplyState::Unknown) return RelayForced{*state};
  }
  if (word == "key-in" && is_key_sequence(content)) return CodeKeyed{std::string{content}};
  return std::nullopt;
}

std::optional<What> load_of(const std::vector<std::string_view>& words) {
  PhaseWatts watts{};
  for (std::size_t phase = 0; phase < watts.size(); ++phase) {
    const auto value = parsed<unsigned>(words[3 + phase]);
    if (!value) return std::nullopt;
    watts[phase] = *value;
  }
  return LoadSwitched{watts};
}

std::optional<What> order_of(std::string_view word, std::string_view id_text,
                             std::string_view content) {
  const auto id = parsed<operation::TransactionId>(id_text);
  if (!id) return std::nullopt;
  if (word == "token") {
    const auto token = Token::parse(content);
    if (token) return operation::WriteToken{*token, *id};
  } else if (word == "relay") {
    const auto state = parse_supply(content);
    if (state) return operation::OperateRelay{*state, *id};
  } else if (word == "clock") {
    const auto time = parsed_time(content);
    if (time) return operation::SetClock{*time, *id};
  }
  return std::nullopt;
}

std::optional<What> change_of(std::string_view word, const std::vector<std::string_view>& content) {
  if (word == "tenancy") {
    if (auto order = change_deed::parse_tenancy(content)) return *order;
  } else if (word == "supplier") {
    if (auto order = change_deed::parse_supplier(content)) return *order;
  } else if (word == "tariff") {
    if (auto order = change_deed::parse_tariff(content)) return *order;
  }
  return std::nullopt;
}

}  // namespace

bool is_key_sequence(std::string_view digits) {
  return !digits.empty() && digits.size() <= kMostKeys &&
         std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

std::string Deed::text() const {
  const std::string content = std::visit(
      Overloaded{
          [](const operation::WriteToken& o) {
            return "token " + written(o.transaction) + ' ' + o.token.digits.reveal();
          },
          [](const operation::OperateRelay& o) {
            return "relay " + written(o.transaction) + ' ' + std::string{supply_word(o.order)};
          },
          [](const operation::SetClock& o) {
            return "clock " + written(o.transaction) + ' ' + written(o.time);
          },
          [](const operation::ChangeTenancy& o) { return change_deed::text(o); },
          [](const operation::ChangeSupplier& o) { return change_deed::text(o); },
          [](const operation::SetTariff& o) { return change_deed::text(o); },
          [](ButtonPressed) { return std::string{"button"}; },
          [](FirstKeyPressed) { return std::string{"first-key"}; },
          [](SecondKeyPressed) { return std::string{"second-key"}; },
          [](CoverOpened) { return std::string{"cover-opened"}; },
          [](CoverClosed) { return std::string{"cover-closed"}; },
          [](PowerCut) { return std::string{"power-cut"}; },
          [](PowerRestored) { return std::string{"power-restored"}; },
          [](const ClockSetLocally& c) { return "local-clock " + written(c.meter_time); },
          [](const LoadSwitched& l) {
            return l.watts ? "load " + written(*l.watts) : std::string{"usual-load"};
          },
          [](const CodeKeyed& c) { return "key-in " + c.digits; },
          [](const RelayCycled& c) { return "cycle-relay " + written(c.times); },
          [](const RelayForced& f) { return "force-relay " + std::string{supply_word(f.to)}; },
          [](EmergencyCreditTaken) { return std::string{"emergency-credit"}; },
      },
      what);
  return std::to_string(number) + ' ' + virtual_meter::written(time) + ' ' + content;
}

Result<Deed, std::string> Deed::parse(std::string_view line) {
  const auto words = words_of(line);
  std::optional<What> what;
  if (words.size() == 3) what = act_of(words[2]);
  if (words.size() == 4) what = act_with(words[2], words[3]);
  if (words.size() == 6 && words[2] == "load") what = load_of(words);
  if (words.size() == 5) what = order_of(words[2], words[3], words[4]);
  if (words.size() > 6 && !what) {
    what = change_of(words[2], std::vector<std::string_view>{words.begin() + 3, words.end()});
  }
  if (!what)
    return failure(std::string{"not a deed: a line of "} + std::to_string(words.size()) + " words");
  const auto change = parsed<std::uint64_t>(words[0]);
  const auto at = parsed_time(words[1]);
  if (!change || !at) return failure(std::string{"not a deed: no number and time in front"});
  return Deed{*change, *at, std::move(*what)};
}

}  // namespace metergate::virtual_meter
