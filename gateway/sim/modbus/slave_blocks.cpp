// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modbus/slave_blocks.hpp"

#include <algorithm>
#include <charconv>

#include "meters/virtual/token_rules.hpp"

namespace metergate::sim {
namespace {

using model::FieldRole;
using virtual_meter::VirtualMeter;

/// Every field of the block with what `content(field)` puts into it.
template <typename Content>
BlockRegisters filled(const model::Block& block, Content content) {
  Fields values;
  for (const model::Field& field : block.fields) {
    model::FieldValue value{field, 0, {}};
    content(value);
    values.push_back(std::move(value));
  }
  return model::encode_fields(values);
}

void put_text(model::FieldValue& value, const std::string& text) {
  if (value.field.type == model::NumberType::Ascii) {
    value.text = text;
    return;
  }
  // A serial number register that holds a number takes the digits of ours.
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  std::from_chars(digits.data(), digits.data() + digits.size(), value.number);
}

/// The key under which the model keeps `wanted`, or `otherwise`.
template <typename Map, typename Value>
std::uint16_t raw_of(const Map& map, const Value& wanted, std::uint16_t otherwise) {
  const auto found =
      std::ranges::find_if(map, [&](const auto& entry) { return entry.second == wanted; });
  return found == map.end() ? otherwise : found->first;
}

}  // namespace

void fill_up(BlockRegisters& out, const model::Window& window) {
  out.resize(window.header.registers() +
             std::size_t{window.max_records} * window.record_registers());
}

std::int64_t field_number(const Fields& fields, FieldRole role) {
  const auto found = std::ranges::find_if(
      fields, [&](const model::FieldValue& value) { return value.field.role == role; });
  return found == fields.end() ? 0 : found->number;
}

std::uint16_t raw_result(const model::ModbusLayout& layout, const operation::OrderAnswer& answer) {
  const auto* no = std::get_if<operation::OrderRefused>(&answer);
  if (no == nullptr) return layout.result_taken;
  return raw_of(layout.refusals, no->refusal, virtual_meter::refusal_number(no->refusal));
}

BlockRegisters identification(const model::Block& block, const VirtualMeter& meter) {
  return filled(block, [&](model::FieldValue& value) {
    if (value.field.role == FieldRole::Serial) put_text(value, meter.serial().text());
    if (value.field.role == FieldRole::Firmware) put_text(value, meter.settings().firmware);
  });
}

BlockRegisters clock(const model::Block& block, const VirtualMeter& meter) {
  return filled(block, [&](model::FieldValue& value) {
    if (value.field.role == FieldRole::Time) {
      value.number = meter.meter_time().time_since_epoch().count();
    }
    if (value.field.role == FieldRole::ClockTrusted) value.number = 1;
  });
}

BlockRegisters relay(const model::Block& block, const model::ModbusLayout& layout,
                     const VirtualMeter& meter) {
  const RelayReading reading = meter.relay();
  return filled(block, [&](model::FieldValue& value) {
    switch (value.field.role) {
      case FieldRole::State:
        value.number =
            raw_of(layout.relay_states, reading.state, static_cast<std::uint16_t>(reading.state));
        break;
      case FieldRole::Causes:
        value.number = reading.causes.bits;
        break;
      case FieldRole::OperationsToday:
        value.number = reading.operations_today;
        break;
      case FieldRole::TransactionId:
        value.number = reading.last_transaction_id;
        break;
      default:
        break;
    }
  });
}

BlockRegisters transaction(const model::Block& block, const model::ModbusLayout& layout,
                           const VirtualMeter& meter) {
  const auto last = meter.last_order();
  return filled(block, [&](model::FieldValue& value) {
    if (!last) return;
    switch (value.field.role) {
      case FieldRole::TransactionId:
        value.number = last->transaction;
        break;
      case FieldRole::OrderKind:
        value.number = static_cast<std::int64_t>(last->kind);
        break;
      case FieldRole::OrderResult:
        value.number = raw_result(layout, last->answer);
        break;
      case FieldRole::OrderValue:
        if (const auto* taken = std::get_if<operation::OrderTaken>(&last->answer)) {
          value.number = taken->value.value_or(0);
        }
        break;
      default:
        break;
    }
  });
}

}  // namespace metergate::sim
