// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/sender.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "meters/virtual/token_rules.hpp"

namespace metergate::soak {
namespace {

using namespace std::chrono_literals;
namespace vm = virtual_meter;

constexpr std::uint32_t kTokensOfMeter = 10'000;

std::string words_of(ChangeActions actions) {
  std::string out;
  for (const std::string_view word : actions.words()) {
    out += fmt::format("{}\"{}\"", out.empty() ? "" : ",", word);
  }
  return "[" + out + "]";
}

}  // namespace

void Sender::send(Verb verb, const std::string& params, std::chrono::seconds valid_for,
                  std::optional<operation::Operation> asks, Order order) {
  order.id = fmt::format("{}-{}", flat_.place->id, flat_.orders.size() + 1);
  order.verb = verb;
  const UtcTime at = soak_.town().true_now();
  order.payload = fmt::format(
      R"({{"id":"{}","issued_at":"{}","expires_at":"{}","operator":"vending","work_order":"W-1","params":{}}})",
      order.id, rfc3339::text(at), rfc3339::text(at + valid_for), params);
  order.asks = std::move(asks);
  flat_.orders.push_back(order);
  publish(order);
}

void Sender::publish(const Order& order) {
  MqttMessage message;
  message.topic = fmt::format("metergate/v1/s1/meter/{}/command/{}", flat_.place->id,
                              traits_of(order.verb).word);
  message.payload = order.payload;
  soak_.said().mix(order.payload);
  soak_.town().publish(std::move(message));
}

std::optional<UtcSeconds> Sender::perhaps_later() {
  if (chance_.one_in(2)) return std::nullopt;
  // On the hour, on the half, somewhere between; now and then already past.
  const UtcSeconds about = soak_.now() + chance_.about(90min) - 5min;
  if (chance_.one_in(2)) return about;
  return std::chrono::ceil<std::chrono::minutes>(about) -
         (std::chrono::ceil<std::chrono::minutes>(about).time_since_epoch() % 30min);
}

std::uint32_t Sender::next_event_id() {
  return static_cast<std::uint32_t>(number_ + 1) * 100'000 + ++events_;
}

void Sender::change_tenancy() {
  operation::ChangeTenancy asks;
  asks.effective = perhaps_later();
  asks.relay = chance_.any_of({RelayAfter::Off, RelayAfter::Armed, RelayAfter::Unchanged});
  asks.actions = chance_.one_in(3)
                     ? ChangeActions::of_bits(static_cast<std::uint32_t>(chance_.below(1U << 15U)))
                     : ChangeActions::all();
  asks.event_id = next_event_id();
  const bool uncollected = chance_.one_in(12);
  std::string params =
      fmt::format(R"({{"situation":"{}","relay":"{}","actions":{},"event_id":{})",
                  asks.effective      ? "leaves-later"
                  : chance_.one_in(2) ? "leaves-now"
                                      : "left-unannounced",
                  relay_after_word(asks.relay), words_of(asks.actions), asks.event_id);
  if (asks.effective) params += fmt::format(R"(,"effective":"{}")", rfc3339::text(*asks.effective));
  if (uncollected) params += R"(,"uncollected":true)";
  Order order;
  order.uncollected = uncollected;
  send(Verb::ChangeTenancy, params + "}", 14h, asks, order);
}

void Sender::change_supplier() {
  operation::ChangeSupplier asks;
  asks.supplier.id = static_cast<std::uint32_t>(chance_.between(1, 5));
  asks.supplier.name = fmt::format("Supplier {}", asks.supplier.id);
  asks.effective = perhaps_later();
  asks.actions.add(ChangeAction::BillingBefore);
  asks.actions.add(ChangeAction::BillingAfter);
  asks.relay = chance_.one_in(4) ? chance_.any_of({RelayAfter::Off, RelayAfter::Armed})
                                 : RelayAfter::Unchanged;
  asks.event_id = next_event_id();
  std::string params = fmt::format(
      R"({{"supplier_id":{},"supplier_name":"{}","relay":"{}","event_id":{})", asks.supplier.id,
      asks.supplier.name, relay_after_word(asks.relay), asks.event_id);
  if (asks.effective) params += fmt::format(R"(,"effective":"{}")", rfc3339::text(*asks.effective));
  send(Verb::ChangeSupplier, params + "}", 14h, asks);
}

void Sender::set_tariff() {
  operation::SetTariff asks;
  asks.tariff.id = static_cast<std::uint32_t>(chance_.between(1, 50));
  asks.tariff.supplier.id = static_cast<std::uint32_t>(chance_.between(1, 5));
  asks.tariff.supplier.name = fmt::format("Supplier {}", asks.tariff.supplier.id);
  // Now and then so dear that the credit runs out.
  asks.tariff.price_minor_per_kwh = static_cast<std::uint32_t>(
      chance_.one_in(3) ? chance_.between(5'000, 20'000) : chance_.between(10, 60));
  asks.activates = perhaps_later();
  std::string params = fmt::format(
      R"({{"tariff_id":{},"supplier_id":{},"supplier_name":"{}","price_minor_per_kwh":{})",
      asks.tariff.id, asks.tariff.supplier.id, asks.tariff.supplier.name,
      asks.tariff.price_minor_per_kwh);
  if (asks.activates) params += fmt::format(R"(,"activates":"{}")", rfc3339::text(*asks.activates));
  send(Verb::SetTariff, params + "}", chance_.about(3h), asks);
}

void Sender::set_relay() {
  const SupplyState state =
      chance_.any_of({SupplyState::Off, SupplyState::Off, SupplyState::Armed, SupplyState::Armed,
                      SupplyState::Armed, SupplyState::On});
  send(Verb::SetRelay, fmt::format(R"({{"state":"{}"}})", supply_word(state)), chance_.about(2h),
       operation::OperateRelay{state, 0});
}

void Sender::deliver_token() {
  const bool again = chance_.one_in(8);
  const std::string digits = again ? digits_sent_before() : new_token();
  if (digits.empty()) return;
  const bool by_name = again && chance_.one_in(2);
  send(Verb::DeliverToken,
       fmt::format(R"({{"token":"{}"{}}})", digits, by_name ? R"(,"allow_repeat":true)" : ""),
       chance_.about(3h), operation::WriteToken{*Token::parse(digits), 0});
}

void Sender::read() {
  send(Verb::Read, R"({"what":["registers","daily","profile","logs","clock","relay"]})", 1h,
       std::nullopt);
}

void Sender::set_clock() { send(Verb::SetClock, "{}", 1h, std::nullopt); }

void Sender::cancel_last(Verb verb) {
  const auto found = std::find_if(flat_.orders.rbegin(), flat_.orders.rend(),
                                  [&](const Order& order) { return order.verb == verb; });
  if (found == flat_.orders.rend()) return;
  Order order;
  order.cancels = found->id;
  send(Verb::Cancel, fmt::format(R"({{"command":"{}"}})", found->id), 1h, std::nullopt, order);
}

void Sender::repeat() {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < flat_.orders.size(); ++i) {
    if (flat_.orders[i].heard_of) known.push_back(i);
  }
  if (known.empty()) return;
  Order& order = flat_.orders[chance_.any_of(known)];
  ++order.sent;
  publish(order);
}

std::string Sender::new_token() {
  const std::uint32_t n = static_cast<std::uint32_t>(number_) * kTokensOfMeter + ++tokens_;
  const auto refusal =
      chance_.any_of({operation::MeterRefusal::WrongMeter, operation::MeterRefusal::NotAuthentic,
                      operation::MeterRefusal::TooOld});
  const auto counter = static_cast<std::uint16_t>(tokens_ % 1'024);
  const auto minor = static_cast<std::uint16_t>(chance_.between(100, 8'000));
  const Token token = chance_.one_in(6)   ? vm::sts_refused(refusal, n)
                      : chance_.one_in(2) ? vm::utrn_credit(counter, minor, n)
                                          : vm::sts_credit(n);
  return token.digits.reveal();
}

std::string Sender::digits_sent_before() const {
  for (auto order = flat_.orders.rbegin(); order != flat_.orders.rend(); ++order) {
    if (!order->asks) continue;
    const auto* token = std::get_if<operation::WriteToken>(&*order->asks);
    if (token != nullptr) return token->token.digits.reveal();
  }
  return {};
}

}  // namespace metergate::soak
