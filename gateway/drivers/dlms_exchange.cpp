// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_exchange.hpp"

#include <algorithm>

namespace metergate::dlms_driver {

using dlms::AccessResult;

const KnownProfile* Learnt::find(const ProfileOf& of, Now now) const {
  const auto found = profiles.find(of);
  const bool fresh = found != profiles.end() && now.instant - found->second.read_at < kProfileLasts;
  return fresh ? &found->second : nullptr;
}

void Learnt::keep(const ProfileOf& of, KnownProfile known) {
  std::erase_if(profiles, [&](const auto& entry) {
    return known.read_at - entry.second.read_at >= kProfileLasts;
  });
  profiles.insert_or_assign(of, std::move(known));
}

DriverStep DlmsExchange::answered(WireResult answer, Now now) {
  if (!answer) {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Link;
    fault.link = answer.error();
    fault.what = answer.error().what;
    // Of a question that follows the order, nothing can be concluded about the order.
    if (is_order_ && !answer.error().may_have_arrived()) order_left_ = false;
    return fail(std::move(fault));
  }
  auto apdu = dlms::decode_apdu(answer->octets);
  if (!apdu) {
    return meaningless(
        "the answer is no APDU: " + std::string{dlms::fault_word(apdu.error().reason)} +
        " at octet " + std::to_string(apdu.error().offset));
  }
  if (auto* one = std::get_if<dlms::GetResponse>(&*apdu); one != nullptr && in_request_ == 1) {
    std::vector<dlms::GetResult> results;
    results.push_back(std::move(one->result));
    return take(std::move(results), now);
  }
  if (auto* list = std::get_if<dlms::GetResponseList>(&*apdu);
      list != nullptr && list->results.size() == in_request_) {
    return take(std::move(list->results), now);
  }
  // To a question these would be results that hold nothing, or the end of an order never given.
  if (const auto* set_done = std::get_if<dlms::SetResponse>(&*apdu);
      set_done != nullptr && std::holds_alternative<dlms::SetRequest>(asked_)) {
    return done(set_done->result, now);
  }
  if (const auto* acted = std::get_if<dlms::ActionResponse>(&*apdu);
      acted != nullptr && std::holds_alternative<dlms::ActionRequest>(asked_)) {
    return done(acted->outcome.result, now);
  }
  const bool was_list = in_request_ > 1;
  if (was_list) {
    // Lists are not for every meter: one by one then.
    learnt().lists_refused = true;
    return next_attributes();
  }
  if (const auto* exception = std::get_if<dlms::ExceptionResponse>(&*apdu)) {
    return refused(dlms::text(*exception), now);
  }
  return meaningless(std::string{dlms::apdu_word(*apdu)} + " is no answer to " +
                     std::string{dlms::apdu_word(asked_)});
}

DriverStep DlmsExchange::resume(Now) { return ask(asked_, keep_meter_); }

DriverStep DlmsExchange::done(AccessResult, Now) {
  return meaningless("an order was answered, and none was given");
}

DriverStep DlmsExchange::refused(std::string what, Now) {
  OperationFault fault;
  fault.reason = OperationFault::Reason::Refused;
  fault.refusal = operation::MeterRefusal::NotPermitted;
  fault.what = std::move(what);
  return fail(std::move(fault));
}

DriverStep DlmsExchange::get(std::vector<dlms::AttributeReference> attributes) {
  wanted_ = std::move(attributes);
  results_.clear();
  return next_attributes();
}

DriverStep DlmsExchange::next_attributes() {
  const std::size_t at = results_.size();
  const std::size_t most =
      learnt().lists_refused ? 1 : std::max<std::size_t>(layout().attributes_per_list, 1);
  in_request_ = std::min(wanted_.size() - at, most);
  is_order_ = false;
  const dlms::InvokeId invoke = learnt().next_invoke(meter_number());
  if (in_request_ == 1) return ask(dlms::GetRequest{invoke, wanted_[at]}, false);
  const auto first = wanted_.begin() + static_cast<std::ptrdiff_t>(at);
  return ask(
      dlms::GetRequestList{invoke, {first, first + static_cast<std::ptrdiff_t>(in_request_)}},
      false);
}

DriverStep DlmsExchange::take(std::vector<dlms::GetResult> results, Now now) {
  std::move(results.begin(), results.end(), std::back_inserter(results_));
  if (results_.size() < wanted_.size()) return next_attributes();
  return got(std::exchange(results_, {}), now);
}

DriverStep DlmsExchange::set(const dlms::AttributeReference& attribute, dlms::Data value,
                             bool keep_meter) {
  in_request_ = 0;
  is_order_ = order_left_;
  return ask(dlms::SetRequest{learnt().next_invoke(meter_number()), attribute, std::move(value)},
             keep_meter);
}

DriverStep DlmsExchange::act(const dlms::MethodReference& method, dlms::Data parameter,
                             bool keep_meter) {
  in_request_ = 0;
  is_order_ = order_left_;
  return ask(
      dlms::ActionRequest{learnt().next_invoke(meter_number()), method, std::move(parameter)},
      keep_meter);
}

DriverStep DlmsExchange::ask(dlms::Apdu apdu, bool keep_meter) {
  asked_ = std::move(apdu);
  keep_meter_ = keep_meter;
  WireRequest wire;
  wire.to = subject_.address;
  wire.octets = dlms::encode_apdu(asked_);
  return Transact{std::move(wire), keep_meter};
}

DriverStep DlmsExchange::ask_again_after(std::chrono::milliseconds pause) { return Pause{pause}; }

DriverStep DlmsExchange::finish(operation::Answer answer) {
  return Finished{OperationResult{std::move(answer)}};
}

DriverStep DlmsExchange::fail(OperationFault fault) const {
  fault.order_may_have_arrived = order_left_;
  return Finished{OperationResult{failure(std::move(fault))}};
}

DriverStep DlmsExchange::meaningless(std::string what) const {
  OperationFault fault;
  fault.reason = OperationFault::Reason::Meaningless;
  fault.what = std::move(what);
  return fail(std::move(fault));
}

DriverStep DlmsExchange::refuse(AccessResult result) const {
  OperationFault fault;
  fault.reason = OperationFault::Reason::Refused;
  fault.refusal = refusal_of(result);
  fault.what = "DLMS result " + std::to_string(static_cast<unsigned>(result)) + ", " +
               std::string{dlms::access_result_word(result)};
  return fail(std::move(fault));
}

dlms::AttributeReference attribute_of(std::uint16_t class_id, const cosem::ObisCode& name,
                                      std::int8_t attribute) {
  return {class_id, name, attribute, std::nullopt};
}

const dlms::Data* data_of(const dlms::GetResult& result) {
  return std::get_if<dlms::Data>(&result);
}

operation::MeterRefusal refusal_of(AccessResult result) {
  switch (result) {
    case AccessResult::ReadWriteDenied:
    case AccessResult::TemporaryFailure:
      return operation::MeterRefusal::NotPermitted;
    case AccessResult::ObjectUndefined:
    case AccessResult::ObjectUnavailable:
    case AccessResult::ObjectClassInconsistent:
      return operation::MeterRefusal::NotSupported;
    case AccessResult::ScopeOfAccessViolated:
    case AccessResult::TypeUnmatched:
      return operation::MeterRefusal::OutOfRange;
    default:
      return operation::MeterRefusal::Other;
  }
}

}  // namespace metergate::dlms_driver
