// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"

#include <algorithm>

#include "protocols/dlms/data_access.hpp"

namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Data;
using dlms::GetResult;

/// The object, or why it can't be asked.
std::variant<const DlmsObject*, AccessResult> find(const DlmsContext& context,
                                                   std::uint16_t class_id,
                                                   const cosem::ObisCode& name) {
  const DlmsObjects& objects = dlms_objects(context);
  const auto found = std::ranges::find(objects, name, &DlmsObject::name);
  if (found == objects.end()) return AccessResult::ObjectUndefined;
  if (found->class_id != class_id) return AccessResult::ObjectClassInconsistent;
  const bool allowed =
      found->needs == DlmsRights::Basic || context.session.rights == DlmsRights::Full;
  if (!allowed) return AccessResult::ReadWriteDenied;
  return &*found;
}

AccessResult result_of(operation::MeterRefusal refusal) {
  switch (refusal) {
    case operation::MeterRefusal::RelayLimit:
      return AccessResult::TemporaryFailure;
    case operation::MeterRefusal::NotPermitted:
      return AccessResult::ReadWriteDenied;
    case operation::MeterRefusal::NotSupported:
      return AccessResult::ObjectUnavailable;
    case operation::MeterRefusal::OutOfRange:
      return AccessResult::ScopeOfAccessViolated;
    default:
      return AccessResult::OtherReason;
  }
}

}  // namespace

const DlmsObjects& dlms_objects() {
  static const DlmsObjects objects = [] {
    DlmsObjects out;
    add_identity_objects(out);
    add_association_objects(out);
    add_register_objects(out);
    add_profile_objects(out);
    add_control_objects(out);
    add_calendar_objects(out);
    add_image_objects(out);
    add_payment_objects(out);
    add_sts_objects(out);
    add_change_objects(out);
    return out;
  }();
  return objects;
}

const DlmsObjects& dlms_objects(const DlmsContext& context) {
  return context.setup.objects ? *context.setup.objects : dlms_objects();
}

GetResult read_attribute(DlmsContext& context, const dlms::AttributeReference& attribute) {
  const auto found = find(context, attribute.class_id, attribute.logical_name);
  if (const auto* refused = std::get_if<AccessResult>(&found)) return *refused;
  const DlmsObject& object = *std::get<const DlmsObject*>(found);
  if (attribute.attribute == 1) return dlms::octet_string(object.name);
  if (attribute.attribute < 1 || attribute.attribute > object.attributes) {
    return AccessResult::ReadWriteDenied;
  }
  if (!attribute.access) return object.read(context, attribute.attribute);
  const bool selectable = object.read_part && attribute.attribute == 2 &&
                          context.session.conformance.has(dlms::Service::SelectiveAccess);
  if (!selectable) return AccessResult::ScopeOfAccessViolated;
  return object.read_part(context, *attribute.access);
}

AccessResult write_attribute(DlmsContext& context, const dlms::AttributeReference& attribute,
                             const Data& value) {
  const auto found = find(context, attribute.class_id, attribute.logical_name);
  if (const auto* refused = std::get_if<AccessResult>(&found)) return *refused;
  const DlmsObject& object = *std::get<const DlmsObject*>(found);
  const bool writable =
      context.session.rights == DlmsRights::Full &&
      std::ranges::find(object.writable, attribute.attribute) != object.writable.end();
  if (!writable) return AccessResult::ReadWriteDenied;
  return object.write(context, attribute.attribute, value);
}

dlms::ActionOutcome invoke_method(DlmsContext& context, const dlms::MethodReference& method,
                                  const std::optional<Data>& parameter) {
  const auto found = find(context, method.class_id, method.logical_name);
  if (const auto* refused = std::get_if<AccessResult>(&found)) return {*refused, {}};
  const DlmsObject& object = *std::get<const DlmsObject*>(found);
  const bool invocable = context.session.rights == DlmsRights::Full && object.invoke &&
                         method.method >= 1 && method.method <= object.methods;
  if (!invocable) return {AccessResult::ReadWriteDenied, {}};
  return {object.invoke(context, method.method, parameter.value_or(Data{})), {}};
}

operation::TransactionId take_transaction(DlmsContext& context) {
  if (context.session.transaction) {
    const auto given = *context.session.transaction;
    context.session.transaction.reset();
    return given;
  }
  const auto last = context.meter.last_order();
  return last ? last->transaction + 1 : 1;
}

AccessResult give_order(DlmsContext& context, const operation::Operation& op) {
  const auto answer = context.meter.perform(op, context.now);
  if (!answer) return AccessResult::HardwareFault;
  const auto& order = std::get<operation::OrderAnswer>(*answer);
  if (const auto* refused = std::get_if<operation::OrderRefused>(&order)) {
    return result_of(refused->refusal);
  }
  return AccessResult::Success;
}

}  // namespace metergate::sim
