// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/dlms/objects.hpp"
#include "meters/token.hpp"
#include "meters/token_log.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// Prepayment: token gateway (115), account (111), credits (112) and charge (113), as far as the
/// virtual meter has them.
namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Array;
using dlms::Data;
using dlms::Enum;
using dlms::GetResult;
using dlms::Structure;
using operation::MeterRefusal;
using virtual_meter::OrderSeen;

// ---- token gateway ------------------------------------------------------------------------------

const OrderSeen* last_code(const DlmsContext& context) {
  const auto& orders = context.meter.orders();
  const auto found = std::find_if(orders.rbegin(), orders.rend(), [](const OrderSeen& order) {
    return order.kind == OrderSeen::Kind::Token || order.kind == OrderSeen::Kind::KeyedCode;
  });
  return found == orders.rend() ? nullptr : &*found;
}

constexpr std::size_t kPackedOctets = 10;

model::TokenEncoding encoding_of(const Data& parameter) {
  if (parameter.is<dlms::VisibleString>()) return model::TokenEncoding::Visible;
  const Octets* octets = dlms::octets_of(parameter);
  const bool packed = octets != nullptr && octets->size() == kPackedOctets;
  return packed ? model::TokenEncoding::Bcd : model::TokenEncoding::Ascii;
}

/// Twenty digits, as characters or packed (token encodings differ from maker to maker).
std::optional<std::string> digits_of(const Data& parameter,
                                     const std::optional<model::TokenEncoding>& only) {
  if (only && *only != encoding_of(parameter)) return std::nullopt;
  const Octets* octets = dlms::octets_of(parameter);
  if (octets == nullptr || octets->size() != kPackedOctets) return dlms::text_of(parameter);
  std::string digits;
  for (const std::uint8_t octet : *octets) {
    digits += static_cast<char>('0' + (octet >> 4U));
    digits += static_cast<char>('0' + (octet & 0x0FU));
  }
  return digits;
}

/// Success means no more than that the code was taken in; what became of it stands in the status.
AccessResult enter_token(DlmsContext& context, std::int8_t, const Data& parameter) {
  const auto digits = digits_of(parameter, context.setup.token_encoding);
  if (!digits) return AccessResult::TypeUnmatched;
  const auto token = Token::parse(*digits);
  if (!token) return AccessResult::ScopeOfAccessViolated;
  const auto answer = context.meter.perform(
      operation::WriteToken{token.value(), take_transaction(context)}, context.now);
  return answer ? AccessResult::Success : AccessResult::HardwareFault;
}

std::uint8_t status_of(const operation::OrderAnswer& answer) {
  constexpr std::uint8_t kExecuted = 3;
  const auto* refused = std::get_if<operation::OrderRefused>(&answer);
  if (refused == nullptr) return kExecuted;
  switch (refused->refusal) {
    case MeterRefusal::Malformed:
      return 4;
    case MeterRefusal::NotAuthentic:
    case MeterRefusal::WrongMeter:
      return 5;
    case MeterRefusal::Duplicate:
    case MeterRefusal::TooOld:
    case MeterRefusal::KeyExpired:
    case MeterRefusal::StaleTransaction:
      return 6;
    default:
      return 7;
  }
}

Data status_data(const OrderSeen* code) {
  constexpr std::uint8_t kNothingYet = 0;
  if (code == nullptr) return Structure{{Data{Enum{kNothingYet}}, Data{dlms::BitString{8, {0}}}}};
  // The bits are the maker's own: here the number of the refusal, 0 for a taken code.
  const auto* refused = std::get_if<operation::OrderRefused>(&code->answer);
  const auto bits = static_cast<std::uint8_t>(
      refused == nullptr ? 0 : token_log::refusal_number(refused->refusal));
  return Structure{{Data{Enum{status_of(code->answer)}}, Data{dlms::BitString{8, {bits}}}}};
}

/// What the display shows of it: the meter's own word, or what was credited.
Data description_data(const OrderSeen* code) {
  Array lines;
  const auto add = [&](const std::string& line) {
    lines.elements.push_back(dlms::octet_string(Octets(line.begin(), line.end())));
  };
  if (code == nullptr) return lines;
  if (const auto* refused = std::get_if<operation::OrderRefused>(&code->answer)) {
    add(refused->raw);
  } else if (const auto& taken = std::get<operation::OrderTaken>(code->answer); taken.value) {
    add(std::to_string(*taken.value) + ' ' + taken.unit_word);
  }
  return lines;
}

GetResult read_token_gateway(DlmsContext& context, std::int8_t attribute) {
  constexpr std::uint8_t kRemote = 0;
  constexpr std::uint8_t kManual = 2;
  const OrderSeen* code = last_code(context);
  switch (attribute) {
    case cosem::token_gateway::kToken:
      if (code == nullptr) return dlms::octet_string(OctetView{});
      return dlms::octet_string(Octets(code->digits.begin(), code->digits.end()));
    case cosem::token_gateway::kTime:
      if (code == nullptr) return dlms::octet_string(dlms::DateTime{});
      return dlms::octet_string(
          dlms::utc_date_time(code->true_time + (context.meter.meter_time() - context.now)));
    case cosem::token_gateway::kDescription:
      return description_data(code);
    case cosem::token_gateway::kDelivery: {
      const bool by_hand = code != nullptr && code->kind == OrderSeen::Kind::KeyedCode;
      return Data{Enum{by_hand ? kManual : kRemote}};
    }
    default:
      return status_data(code);
  }
}

// ---- account, credits, charge -------------------------------------------------------------------

constexpr std::int32_t kLowCredit = 500;

/// Below zero it lives on the emergency credit that its user asked for.
bool owes(const DlmsContext& context) {
  return context.meter.balance_minor() < 0 && context.meter.settings().emergency_credit_minor > 0;
}

/// First bit first: in credit, low credit, ..., selectable credit in use, out of credit.
Data credit_status(const DlmsContext& context) {
  const std::int64_t balance = context.meter.balance_minor();
  std::uint8_t bits = 0;
  if (balance > 0) bits |= 0x80U;
  if (balance > 0 && balance <= kLowCredit) bits |= 0x40U;
  if (owes(context)) bits |= 0x04U;
  if (context.meter.relay().causes.has(SupplyCauses::kNoCredit)) bits |= 0x02U;
  return dlms::BitString{8, {bits}};
}

GetResult read_account(DlmsContext& context, std::int8_t attribute) {
  const Data any_time = dlms::octet_string(dlms::DateTime{});
  switch (attribute) {
    case 2:
      return Structure{
          {Data{Enum{static_cast<std::uint8_t>(context.meter.settings().prepayment ? 2 : 1)}},
           Data{Enum{2}}}};
    case 3:
      return Data{static_cast<std::uint8_t>(owes(context) ? 1 : 0)};
    case 4:
      return credit_status(context);
    case 5:
      return Data{static_cast<std::int32_t>(context.meter.balance_minor())};
    case 9:
      return Array{{dlms::octet_string(cosem::credit_object(0)),
                    dlms::octet_string(cosem::credit_object(1))}};
    case 10:
      return Array{{dlms::octet_string(cosem::charge_object(0))}};
    case 11:
      return Array{{Structure{{dlms::octet_string(cosem::credit_object(0)),
                               dlms::octet_string(cosem::charge_object(0)),
                               Data{dlms::BitString{3, {0x00}}}}}}};
    case 12:
      return Array{
          {Structure{{dlms::octet_string(cosem::credit_object(0)), Data{std::uint8_t{100}}}}}};
    case 13:
    case 14:
      return any_time;
    case 15:
      return Structure{{Data{dlms::Utf8String{"EUR"}}, Data{std::int8_t{-2}}, Data{Enum{2}}}};
    case 16:
      return Data{kLowCredit};
    case 18:
      return Data{std::uint16_t{0}};
    default:
      return Data{std::int32_t{0}};
  }
}

/// Token credit (0) and emergency credit (1).
GetResult read_credit(DlmsContext& context, std::uint8_t number, std::int8_t attribute) {
  constexpr std::uint8_t kEmergency = 2;
  const bool emergency = number == 1;
  const std::int64_t allowance = context.meter.settings().emergency_credit_minor;
  const std::int64_t balance = context.meter.balance_minor();
  const auto amount = static_cast<std::int32_t>(
      emergency ? allowance + std::min<std::int64_t>(balance, 0) : balance);
  switch (attribute) {
    case 2:
      return Data{amount};
    case 3:
      return Data{Enum{static_cast<std::uint8_t>(emergency ? kEmergency : 0)}};
    case 4:
      return Data{static_cast<std::uint8_t>(number + 1)};
    case 5:
      return Data{kLowCredit};
    case 7:
      return Data{dlms::BitString{5, {static_cast<std::uint8_t>(emergency ? 0x40 : 0x08)}}};
    case 8:
      return Data{Enum{static_cast<std::uint8_t>(amount > 0 ? (emergency ? 1 : 3) : 4)}};
    case 9:
      return Data{static_cast<std::int32_t>(emergency ? allowance : 0)};
    case 11:
      return dlms::octet_string(dlms::DateTime{});
    default:
      return Data{std::int32_t{0}};
  }
}

Data unit_charge(const DlmsContext& context) {
  const Data scaling = Structure{{Data{std::int8_t{3}}, Data{std::int8_t{-2}}}};
  const Data commodity =
      Structure{{Data{cosem::register_object::kClass},
                 dlms::octet_string(cosem::obis(1, 0, 1, 8, 0)), Data{std::int8_t{2}}}};
  const auto price = static_cast<std::int16_t>(context.meter.tariff().active.price_minor_per_kwh);
  return Structure{
      {scaling, commodity, Array{{Structure{{Data{dlms::OctetString{}}, Data{price}}}}}}};
}

GetResult read_charge(DlmsContext& context, std::int8_t attribute) {
  switch (attribute) {
    case 3:
      return Data{Enum{0}};
    case 4:
      return Data{std::uint8_t{1}};
    case 5:
    case 6:
      return unit_charge(context);
    case 7:
    case 10:
      return dlms::octet_string(dlms::DateTime{});
    case 8:
      return Data{std::uint32_t{0}};
    case 9:
      return Data{dlms::BitString{2, {0x00}}};
    case 13:
      return Data{std::uint16_t{0}};
    default:
      return Data{std::int32_t{0}};
  }
}

}  // namespace

void add_payment_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = cosem::token_gateway::kClass,
                     .name = cosem::kTokenGateway,
                     .attributes = 6,
                     .methods = 1,
                     .read = read_token_gateway,
                     .invoke = enter_token});
  objects.push_back({.class_id = cosem::account::kClass,
                     .name = cosem::kAccount,
                     .attributes = 19,
                     .read = read_account});
  for (const std::uint8_t number : {std::uint8_t{0}, std::uint8_t{1}}) {
    objects.push_back({.class_id = cosem::credit::kClass,
                       .name = cosem::credit_object(number),
                       .attributes = 11,
                       .read = [number](DlmsContext& context, std::int8_t attribute) {
                         return read_credit(context, number, attribute);
                       }});
  }
  objects.push_back({.class_id = cosem::charge::kClass,
                     .name = cosem::charge_object(0),
                     .attributes = 13,
                     .read = read_charge});
}

}  // namespace metergate::sim
