// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/command_row.hpp"

#include <string>

#include "meters/registry_names.hpp"
#include "storage/tables/command_words.hpp"

namespace metergate {
namespace {

std::optional<CommandParams> read_token(const sqlite::Row& row) {
  const auto digits = TokenDigits::parse(row.text(4));
  const auto kind = parse_token_kind(row.text(5));
  if (!digits || !kind) return std::nullopt;
  return DeliverToken{.token = {*digits, *kind}, .allow_repeat = row.integer(6) != 0};
}

/// Delivery, channel and clearance of both verbs that hand out tokens.
template <typename Params>
std::optional<CommandParams> with_way(Params params, const sqlite::Row& row) {
  const auto delivery = parse_token_delivery(row.text(37));
  if (!delivery) return std::nullopt;
  params.delivery = *delivery;
  params.channel = parse_hand_channel(row.text(38)).value_or(HandChannel::None);
  params.cleared = row.integer(39) != 0;
  return params;
}

std::optional<CommandParams> read_issue(const sqlite::Row& row) {
  const auto function = parse_token_function(row.text(32));
  if (!function) return std::nullopt;
  IssueToken issue;
  issue.order.function = *function;
  issue.order.value = row.integer(33);
  issue.order.word = row.string(34);
  if (!row.is_null(35)) issue.order.old_supply_group = row.as<std::uint32_t>(35);
  issue.order.confirmed = row.integer(36) != 0;
  return with_way(std::move(issue), row);
}

std::optional<CommandParams> read_registry(const sqlite::Row& row) {
  auto request = registry::request_of({.change = row.string(40),
                                       .meter = row.string(41),
                                       .new_meter = row.string(42),
                                       .location = row.string(43),
                                       .new_location = row.string(44),
                                       .customer = row.string(45),
                                       .serial = row.string(46),
                                       .seat = row.string(47)});
  if (!request) return std::nullopt;
  return ChangeRegistry{std::move(*request), row.maybe_time_ms(48), row.integer(61) != 0};
}

std::optional<ChangeOrder> read_change(const sqlite::Row& row) {
  const auto relay = parse_relay_after(row.text(51));
  if (!relay) return std::nullopt;
  return ChangeOrder{.effective = row.maybe_time_s(49),
                     .actions = ChangeActions::of_bits(row.as<std::uint32_t>(50)),
                     .relay = *relay,
                     .event_id = row.as<std::uint32_t>(52),
                     .uncollected = row.integer(54) != 0};
}

Supplier read_supplier(const sqlite::Row& row) {
  return {row.as<std::uint32_t>(55), row.string(56)};
}

std::optional<CommandParams> read_params(Verb verb, const sqlite::Row& row) {
  switch (verb) {
    case Verb::DeliverToken:
      return read_token(row);
    case Verb::SetRelay: {
      const auto state = parse_supply(row.text(7));
      if (!state) return std::nullopt;
      return SetRelay{*state};
    }
    case Verb::Read: {
      auto classes = parse_data_classes(row.text(8));
      if (!classes) return std::nullopt;
      return Read{std::move(*classes), row.maybe_time_s(9), row.maybe_time_s(10)};
    }
    case Verb::Synchronise:
      return Synchronise{};
    case Verb::SetClock:
      return SetClock{row.maybe_time_s(11)};
    case Verb::Cancel: {
      auto id = CommandId::parse(row.text(12));
      if (!id) return std::nullopt;
      return Cancel{std::move(*id)};
    }
    case Verb::IssueToken:
      return read_issue(row);
    case Verb::ResendTokens:
      return with_way(ResendTokens{}, row);
    case Verb::ChangeRegistry:
      return read_registry(row);
    case Verb::ChangeTenancy: {
      const auto situation = parse_situation(row.text(53));
      auto order = read_change(row);
      if (!situation || !order) return std::nullopt;
      return ChangeTenancy{*situation, *std::move(order)};
    }
    case Verb::ChangeSupplier: {
      auto order = read_change(row);
      if (!order) return std::nullopt;
      return ChangeSupplier{read_supplier(row), *std::move(order)};
    }
    case Verb::SetTariff:
      return SetTariff{{row.as<std::uint32_t>(57), read_supplier(row), row.as<std::uint32_t>(58)},
                       row.maybe_time_s(49)};
    case Verb::ExportTenancy:
      return ExportTenancy{row.integer(59), row.integer(60) != 0};
    case Verb::EraseTenancy:
      return EraseTenancy{row.integer(59)};
  }
  return std::nullopt;
}

std::string octets_as_string(OctetView octets) { return {octets.begin(), octets.end()}; }

}  // namespace

std::optional<StoredCommand> read_command(const sqlite::Row& row) {
  auto id = CommandId::parse(row.text(1));
  auto meter = MeterId::parse(row.text(2));
  const auto verb = parse_verb(row.text(3));
  const auto priority = parse_priority(row.text(17));
  const auto state = parse_stored_state(row.text(24));
  const auto reason = parse_reason(row.text(25));
  if (!id || !meter || !verb || !priority || !state || !reason) return std::nullopt;
  auto params = read_params(*verb, row);
  if (!params) return std::nullopt;
  Command command{.id = std::move(*id),
                  .meter = std::move(*meter),
                  .params = std::move(*params),
                  .issued_at = row.time_ms(13),
                  .expires_at = row.time_ms(14),
                  .not_before = row.maybe_time_ms(16),
                  .priority = *priority,
                  .operator_name = row.string(18),
                  .work_order = row.string(19),
                  .comment = row.string(20),
                  .reply_to = {row.string(21), octets_as_string(row.octets(22))},
                  .origin = row.string(23),
                  .stated_expires_at = row.time_ms(15)};
  return StoredCommand{.key = row.integer(0),
                       .command = std::move(command),
                       .state = *state,
                       .reason = *reason,
                       .attempt = row.as<std::uint32_t>(26),
                       .transaction = row.as<operation::TransactionId>(27),
                       .accepted_at = row.time_ms(28),
                       .changed_at = row.time_ms(29),
                       .result_json = row.string(30)};
}

}  // namespace metergate
