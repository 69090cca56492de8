// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "gateway/drivers/modbus_operations.hpp"

namespace metergate::modbus_driver {
namespace {

using model::FieldRole;
using Fields = std::vector<model::FieldValue>;

constexpr int kMaxWorkingAnswers = 50;
constexpr std::chrono::milliseconds kWorkingPause{200};

/// What the transaction block says of the last remote order.
struct LastOrder {
  operation::TransactionId transaction = 0;
  std::uint16_t result = 0;
  std::optional<std::int64_t> value;
};

std::optional<LastOrder> last_order(const model::Block& block, const modbus::Registers& values) {
  const Fields fields = model::decode_fields(block.fields, values);
  const auto transaction = number_of(fields, FieldRole::TransactionId);
  const auto result = number_of(fields, FieldRole::OrderResult);
  if (!transaction || !result) return std::nullopt;
  return LastOrder{static_cast<operation::TransactionId>(*transaction),
                   static_cast<std::uint16_t>(*result), number_of(fields, FieldRole::OrderValue)};
}

bool find_role(const model::Block& block, FieldRole role) {
  return std::ranges::any_of(block.fields,
                             [&](const model::Field& field) { return field.role == role; });
}

operation::OrderAnswer verdict(const LastOrder& order, const model::ModbusLayout& layout) {
  if (order.result == layout.result_taken) {
    // The value register counts money; an order that moves none leaves it at zero.
    if (order.value.value_or(0) == 0) return operation::OrderTaken{};
    return operation::OrderTaken{order.value, "minor"};
  }
  const auto known = layout.refusals.find(order.result);
  return operation::OrderRefused{
      known == layout.refusals.end() ? operation::MeterRefusal::Other : known->second,
      std::to_string(order.result)};
}

/// Writes one block of fields; where the model keeps the last transaction, reads the verdict back,
/// else takes the write's echo for it.
class Order : public ModbusExchange {
 public:
  Order(const model::MeterModel& meter_model, const MeterAddress& address,
        const model::Block& block, operation::TransactionId transaction, Fields fields)
      : ModbusExchange{meter_model, address},
        block_{block},
        transaction_{transaction},
        fields_{std::move(fields)} {}

  DriverStep begin(Now) override {
    order_leaves();
    return ask(modbus::WriteRegisters{block_.address, model::encode_fields(fields_)});
  }

 private:
  DriverStep took(const modbus::Registers& values, Now) override {
    if (!written_) {
      written_ = true;
      if (!layout().transaction) return finish(operation::OrderAnswer{operation::OrderTaken{}});
      return ask(*layout().transaction);
    }
    const auto order = last_order(*layout().transaction, values);
    if (exception_) return finish(why_refused(order));
    if (!order || order->transaction != transaction_) {
      return meaningless("the meter's transaction register does not show this order");
    }
    if (order->result == layout().result_busy) {
      if (++working_answers_ > kMaxWorkingAnswers) {
        return meaningless("the meter is still working on the order");
      }
      return ask_again_after(kWorkingPause);
    }
    return finish(verdict(*order, layout()));
  }

  DriverStep refused(modbus::Exception exception, Now now) override {
    // Only the write's own exception is the meter's no; one while reading the verdict leaves it
    // open.
    if (written_) return ModbusExchange::refused(exception, now);
    order_refused();
    exception_ = exception;
    const bool has_transactions =
        find_role(block_, FieldRole::TransactionId) && layout().transaction.has_value();
    if (!has_transactions) return finish(why_refused({}));
    // An exception names no cause: the transaction register tells whether ours came too late.
    written_ = true;
    return ask(*layout().transaction);
  }

  [[nodiscard]] operation::OrderAnswer why_refused(const std::optional<LastOrder>& last) const {
    const bool stale = last && last->transaction >= transaction_;
    return operation::OrderRefused{
        stale ? operation::MeterRefusal::StaleTransaction : refusal_of(*exception_),
        "exception-" + std::to_string(exception_->code)};
  }

  const model::Block& block_;
  operation::TransactionId transaction_;
  Fields fields_;
  bool written_ = false;
  std::optional<modbus::Exception> exception_;  ///< the meter's no to the write
  int working_answers_ = 0;
};

Fields fill(const model::Block& block, operation::TransactionId transaction, FieldRole role,
            std::int64_t number, std::string text = {}) {
  Fields fields;
  for (const model::Field& field : block.fields) {
    if (field.role == FieldRole::TransactionId) {
      fields.push_back({field, transaction, {}});
    } else if (field.role == role) {
      fields.push_back({field, number, text});
    } else {
      fields.push_back({field, 0, {}});
    }
  }
  return fields;
}

class ReadTransaction : public ModbusExchange {
 public:
  ReadTransaction(const model::MeterModel& meter_model, const MeterAddress& address,
                  operation::ReadTransaction op)
      : ModbusExchange{meter_model, address}, op_{op} {}

  DriverStep begin(Now) override { return ask(*layout().transaction); }

 private:
  DriverStep took(const modbus::Registers& values, Now) override {
    const auto order = last_order(*layout().transaction, values);
    if (!order) return meaningless("the transaction register holds nothing to go by");
    // The ids only grow: a smaller last one proves that ours never arrived.
    if (order->transaction < op_.transaction) return answer(operation::TransactionNotTaken{});
    if (order->transaction > op_.transaction) return answer(operation::TransactionUnknown{});
    if (order->result == layout().result_busy) return ask_again_after(kWorkingPause);
    return std::visit([](auto said) { return answer(std::move(said)); }, verdict(*order, layout()));
  }

  static DriverStep answer(operation::TransactionEvidence evidence) {
    return finish(std::move(evidence));
  }

  operation::ReadTransaction op_;
};

}  // namespace

ExchangePtr send_order(const model::MeterModel& meter_model, const MeterAddress& address,
                       const model::Block& block, operation::TransactionId transaction,
                       Fields fields) {
  return std::make_unique<Order>(meter_model, address, block, transaction, std::move(fields));
}

ExchangePtr set_clock(const model::MeterModel& meter_model, const MeterAddress& address,
                      operation::SetClock op) {
  const model::Block& block = *meter_model.modbus.set_clock;
  return std::make_unique<Order>(
      meter_model, address, block, op.transaction,
      fill(block, op.transaction, FieldRole::Time, op.time.time_since_epoch().count()));
}

ExchangePtr operate_relay(const model::MeterModel& meter_model, const MeterAddress& address,
                          operation::OperateRelay op) {
  const auto& states = meter_model.modbus.relay_states;
  const auto found =
      std::ranges::find_if(states, [&](const auto& entry) { return entry.second == op.order; });
  const std::int64_t raw = found == states.end() ? 0 : found->first;
  const model::Block& block = *meter_model.modbus.operate_relay;
  return std::make_unique<Order>(meter_model, address, block, op.transaction,
                                 fill(block, op.transaction, FieldRole::Order, raw));
}

ExchangePtr write_token(const model::MeterModel& meter_model, const MeterAddress& address,
                        operation::WriteToken op) {
  const model::Block& block = *meter_model.modbus.token;
  return std::make_unique<Order>(
      meter_model, address, block, op.transaction,
      fill(block, op.transaction, FieldRole::Digits, 0, op.token.digits.reveal()));
}

ExchangePtr read_transaction(const model::MeterModel& meter_model, const MeterAddress& address,
                             operation::ReadTransaction op) {
  return std::make_unique<ReadTransaction>(meter_model, address, op);
}

}  // namespace metergate::modbus_driver
