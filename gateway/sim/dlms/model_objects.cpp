// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/model_objects.hpp"

#include <algorithm>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::sim {
namespace {

using cosem::obis;
using dlms::AccessResult;
using dlms::Data;

constexpr unsigned kMakersGroup = 128;  // value group C of the virtual meter's own objects

/// An object of the virtual meter, and where the model has it.
struct Role {
  cosem::ObisCode ours;
  std::optional<cosem::ObisCode> theirs;
};

std::vector<Role> roles_of(const model::DlmsLayout& at) {
  const auto counter =
      at.access ? at.access->invocation_counter : cosem::invocation_counter_object(0);
  return {{cosem::kDeviceId, at.serial},
          {cosem::kFirmwareId, at.firmware},
          {cosem::kClock, at.clock},
          {cosem::invocation_counter_object(0), counter},
          {cosem::kDisconnectControl, at.disconnect_control},
          {cosem::kTokenGateway, at.token_gateway},
          {obis(0, 0, 128, 0, 0), at.transaction},
          {obis(0, 0, 128, 0, 1), at.outcome},
          {obis(0, 0, 128, 1, 0), at.change_tenancy},
          {obis(0, 0, 128, 1, 1), at.change_supplier},
          {obis(0, 0, 128, 1, 2), at.tariff},
          {obis(0, 0, 94, 44, 3, 2), at.tenancy_date},
          {obis(0, 0, 128, 3, 10), at.relay_causes},
          {obis(0, 0, 128, 3, 11), at.relay_operations}};
}

bool is_payment(std::uint16_t class_id) {
  return class_id >= cosem::account::kClass && class_id <= cosem::sts::kClass;
}

/// Rows and what they capture: made anew, with the model's columns.
bool is_captured(const DlmsObject& object) {
  const auto& group = object.name.groups();
  return object.class_id == cosem::profile_generic::kClass ||
         (group[2] == 96 && (group[3] == 10 || group[3] == 11 || group[3] == 15)) ||
         (group[2] == kMakersGroup && group[3] >= 11);
}

std::optional<DlmsObject> as_in_model(DlmsObject object, const model::DlmsLayout& at,
                                      const std::vector<Role>& roles) {
  if (is_captured(object)) return std::nullopt;
  const auto role = std::ranges::find(roles, object.name, &Role::ours);
  if (role != roles.end()) {
    if (!role->theirs) return std::nullopt;
    object.name = *role->theirs;
  }
  if (is_payment(object.class_id) && !at.token_gateway) return std::nullopt;
  if (object.class_id == cosem::disconnect_control::kClass && at.relay_scripts) object.methods = 0;
  return object;
}

/// Scripts that move the relay (class 9), as the model numbers them.
DlmsObject relay_scripts(const model::DlmsRelayScripts& scripts) {
  const auto order_of = [scripts](std::int64_t number) -> std::optional<SupplyState> {
    if (number == scripts.off) return SupplyState::Off;
    if (number == scripts.armed) return SupplyState::Armed;
    if (number == scripts.on) return SupplyState::On;
    return std::nullopt;
  };
  return {
      .class_id = cosem::script_table::kClass,
      .name = scripts.table,
      .methods = 1,
      .read = [](DlmsContext&, std::int8_t) -> dlms::GetResult { return Data{dlms::Array{}}; },
      .invoke =
          [order_of](DlmsContext& context, std::int8_t, const Data& parameter) {
            const auto number = dlms::integer_of(parameter);
            if (!number) return AccessResult::TypeUnmatched;
            const auto order = *number == 0 ? std::nullopt : order_of(*number);
            if (!order) return AccessResult::ScopeOfAccessViolated;
            return give_order(context, operation::OperateRelay{*order, take_transaction(context)});
          }};
}

}  // namespace

std::shared_ptr<const DlmsObjects> objects_of_model(const model::MeterModel& meter_model) {
  const model::DlmsLayout& at = meter_model.dlms;
  const std::vector<Role> roles = roles_of(at);
  DlmsObjects out;
  for (const DlmsObject& object : dlms_objects()) {
    if (auto kept = as_in_model(object, at, roles)) out.push_back(std::move(*kept));
  }
  if (at.relay_scripts) out.push_back(relay_scripts(*at.relay_scripts));
  add_model_profiles(out, meter_model);
  add_model_logs(out, meter_model);
  return std::make_shared<const DlmsObjects>(std::move(out));
}

}  // namespace metergate::sim
