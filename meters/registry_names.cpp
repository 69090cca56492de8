// SPDX-License-Identifier: Apache-2.0
#include "meters/registry_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "meters/identifier_rule.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::registry {
namespace {

constexpr std::string_view kSettle = "settle";

enum class Use : std::uint8_t { None, Optional, Required };

/// What each change names, in the order of kChangeFields.
struct Grammar {
  std::string_view change;
  std::array<Use, std::size(kChangeFields)> uses;
};
constexpr auto kNo = Use::None;
constexpr auto kMay = Use::Optional;
constexpr auto kMust = Use::Required;
constexpr std::array kGrammar{
    Grammar{"assign", {kMust, kNo, kMust, kNo, kMay, kNo, kNo}},
    Grammar{"unassign", {kMust, kNo, kNo, kNo, kNo, kNo, kNo}},
    Grammar{"move-in", {kNo, kNo, kMust, kNo, kMust, kNo, kNo}},
    Grammar{"move-out", {kNo, kNo, kMust, kNo, kMust, kNo, kNo}},
    Grammar{"move", {kNo, kNo, kMust, kMust, kMust, kNo, kNo}},
    Grammar{"replace", {kMust, kMust, kNo, kNo, kNo, kNo, kNo}},
    Grammar{"settle", {kNo, kNo, kNo, kNo, kNo, kMust, kMust}},
};

std::string changes() {
  std::string out;
  for (const Grammar& row : kGrammar) out += (out.empty() ? "" : ", ") + std::string{row.change};
  return out;
}

std::string fields_of(const Grammar& row) {
  std::string out;
  for (std::size_t i = 0; i < row.uses.size(); ++i) {
    if (row.uses[i] == kNo) continue;
    out += (out.empty() ? "" : ", ") + std::string{kChangeFields[i].word};
  }
  return out + " with " + std::string{row.change};
}

std::optional<NamesFault> first_fault(const Grammar& row, const ChangeNames& names) {
  using Reason = NamesFault::Reason;
  for (std::size_t i = 0; i < row.uses.size(); ++i) {
    const std::string& name = names.*kChangeFields[i].name;
    const std::string_view field = kChangeFields[i].word;
    if (name.empty()) {
      if (row.uses[i] == kMust) return NamesFault{Reason::Missing, field, fields_of(row)};
    } else if (row.uses[i] == kNo) {
      return NamesFault{Reason::NotForThisChange, field, fields_of(row)};
    } else if (!is_identifier(name)) {
      return NamesFault{Reason::NoIdentifier, field, std::string{kIdentifierRule}};
    }
  }
  return std::nullopt;
}

void put_names(const Change& change, ChangeNames& out) {
  out.change = change_word(change);
  std::visit(Overloaded{[&](const Assign& c) {
                          out.meter = c.meter.text();
                          out.location = c.location.text();
                          if (c.customer) out.customer = c.customer->text();
                        },
                        [&](const Unassign& c) { out.meter = c.meter.text(); },
                        [&](const MoveOut& c) {
                          out.customer = c.customer.text();
                          out.location = c.location.text();
                        },
                        [&](const MoveIn& c) {
                          out.customer = c.customer.text();
                          out.location = c.location.text();
                        },
                        [&](const Move& c) {
                          out.customer = c.customer.text();
                          out.location = c.from.text();
                          out.new_location = c.to.text();
                        },
                        [&](const Replace& c) {
                          out.meter = c.old_meter.text();
                          out.new_meter = c.new_meter.text();
                        }},
             change);
}

}  // namespace

ChangeNames names_of(const Request& request) {
  ChangeNames out;
  if (const auto* settle = std::get_if<SettleConflict>(&request)) {
    out.change = kSettle;
    out.serial = settle->serial.text();
    out.seat = seat_kept_word(settle->kept);
  } else {
    put_names(std::get<Change>(request), out);
  }
  return out;
}

Result<Request, NamesFault> request_of(const ChangeNames& names) {
  const auto row = std::ranges::find(kGrammar, names.change, &Grammar::change);
  if (row == kGrammar.end()) {
    return failure(NamesFault{NamesFault::Reason::UnknownWord, "change", changes()});
  }
  if (auto fault = first_fault(*row, names)) return failure(*std::move(fault));
  if (names.change == kSettle) {
    const auto kept = parse_seat_kept(names.seat);
    if (kept) return Request{SettleConflict{*SerialNumber::parse(names.serial), *kept}};
    return failure(NamesFault{NamesFault::Reason::UnknownWord, "seat", "recorded or seen"});
  }
  // Each name that is used below is there and was judged.
  const auto meter = MeterId::parse(names.meter);
  const auto location = LocationId::parse(names.location);
  const auto customer = CustomerId::parse(names.customer);
  if (names.change == "assign") return Request{Assign{*meter, *location, customer}};
  if (names.change == "unassign") return Request{Unassign{*meter}};
  if (names.change == "move-in") return Request{MoveIn{*customer, *location}};
  if (names.change == "move-out") return Request{MoveOut{*customer, *location}};
  if (names.change == "move") {
    return Request{Move{*customer, *location, *LocationId::parse(names.new_location)}};
  }
  return Request{Replace{*meter, *MeterId::parse(names.new_meter)}};
}

}  // namespace metergate::registry
