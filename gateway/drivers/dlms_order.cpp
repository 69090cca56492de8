// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_order.hpp"

#include "protocols/cosem/classes.hpp"

namespace metergate::dlms_driver {

using dlms::AccessResult;

DriverStep Order::give_transaction(Now) {
  if (!layout().transaction) return leave();
  stage_ = Stage::Transaction;
  return set(attribute_of(cosem::data::kClass, *layout().transaction, cosem::data::kValue),
             std::uint32_t{transaction_}, true);
}

DriverStep Order::leave() {
  stage_ = Stage::Order;
  order_leaves();
  return send_order();
}

DriverStep Order::done(AccessResult result, Now now) {
  if (stage_ == Stage::Transaction) {
    // It has taken this number, or a higher one from another master or a gateway before this one.
    number_refused_ = result == AccessResult::ScopeOfAccessViolated && layout().outcome;
    if (number_refused_) return ask_outcome();
    if (result != AccessResult::Success) return refuse(result);
    return leave();
  }
  result_ = result;
  if (layout().outcome) return ask_outcome();
  if (result != AccessResult::Success) {
    order_refused();
    return refuse_order(refusal_of(result), std::string{dlms::access_result_word(result)});
  }
  stage_ = Stage::Look;
  return taken_in(now);
}

DriverStep Order::ask_outcome() {
  stage_ = Stage::Outcome;
  return get({attribute_of(cosem::data::kClass, *layout().outcome, cosem::data::kValue)});
}

DriverStep Order::got(std::vector<dlms::GetResult> results, Now now) {
  if (stage_ == Stage::Outcome) return verdict(results.front());
  stage_ = Stage::Look;
  return looked(std::move(results), now);
}

DriverStep Order::verdict(const dlms::GetResult& result) {
  const auto last = last_order_of(result);
  if (!last) return meaningless("the outcome object holds no outcome");
  if (last->transaction == transaction_) return finish(last->answer);
  if (number_refused_) {
    return refuse_order(operation::MeterRefusal::StaleTransaction,
                        "the meter's last order is no. " + std::to_string(last->transaction));
  }
  if (result_ != AccessResult::Success) {
    // The meter would not have it, so it has no outcome either.
    order_refused();
    return refuse_order(refusal_of(result_), std::string{dlms::access_result_word(result_)});
  }
  return meaningless("the meter's last order is no. " + std::to_string(last->transaction) +
                     ", not ours, no. " + std::to_string(transaction_));
}

DriverStep Order::taken_in(Now) { return finish(operation::OrderAnswer{operation::OrderTaken{}}); }

DriverStep Order::looked(std::vector<dlms::GetResult>, Now) {
  return finish(operation::OrderAnswer{operation::OrderTaken{}});
}

DriverStep Order::refuse_order(operation::MeterRefusal refusal, std::string raw) {
  return finish(operation::OrderAnswer{operation::OrderRefused{refusal, std::move(raw)}});
}

}  // namespace metergate::dlms_driver
