// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/order_text.hpp"

#include <algorithm>
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "meters/virtual/token_rules.hpp"

namespace metergate::virtual_meter {
namespace {

using operation::OrderRefused;
using operation::OrderTaken;

/// `Account High` as one word; no meter's word has an underscore.
std::string as_word(std::string text) {
  std::ranges::replace(text, ' ', '_');
  return text.empty() ? "-" : text;
}
std::string as_text(std::string_view word) {
  std::string text{word == "-" ? std::string_view{} : word};
  std::ranges::replace(text, '_', ' ');
  return text;
}

}  // namespace

void write_orders(StateWriter& out, const std::vector<OrderSeen>& orders) {
  out.line("orders");
  out.number(orders.size());
  for (const OrderSeen& seen : orders) {
    out.number(static_cast<unsigned>(seen.kind));
    out.number(seen.transaction);
    out.time(seen.true_time);
    out.word(seen.digits.empty() ? "-" : seen.digits);
    if (const auto* no = std::get_if<OrderRefused>(&seen.answer)) {
      out.number(refusal_number(no->refusal));
      out.word(as_word(no->raw));
      continue;
    }
    const auto& taken = std::get<OrderTaken>(seen.answer);
    out.number(0);
    out.flag(taken.value.has_value());
    out.number(taken.value.value_or(0));
  }
}

std::vector<OrderSeen> read_orders(StateReader& in, bool with_raw) {
  in.expect("orders");
  std::vector<OrderSeen> orders(in.count());
  for (OrderSeen& seen : orders) {
    seen.kind = static_cast<OrderSeen::Kind>(in.number<std::uint8_t>());
    seen.transaction = in.number<operation::TransactionId>();
    seen.true_time = in.time();
    seen.digits = in.word();
    if (seen.digits == "-") seen.digits.clear();
    const auto number = in.number<std::uint16_t>();
    if (number > kRefusals) in.refuse("the number of a refusal", std::to_string(number));
    if (number != 0) {
      OrderRefused no = refused(static_cast<operation::MeterRefusal>(number - 1));
      if (with_raw) no.raw = as_text(in.word());
      seen.answer = std::move(no);
      continue;
    }
    const bool valued = in.flag();
    const auto value = in.number<std::int64_t>();
    seen.answer = valued ? OrderTaken{value, "minor"} : OrderTaken{};
  }
  return orders;
}

}  // namespace metergate::virtual_meter
