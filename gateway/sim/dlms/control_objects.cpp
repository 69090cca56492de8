// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"

/// Disconnect control (70), limiter (71), and what they do not tell: why the relay is open.
namespace metergate::sim {
namespace {

using cosem::obis;
using dlms::AccessResult;
using dlms::Data;
using dlms::Enum;
using dlms::GetResult;
using dlms::Structure;

/// Control modes of the Blue Book, 4.5.8: a remote reconnection arms (3), or closes (4) where a
/// remote order may do that. Nobody but the customer closes an armed relay.
constexpr std::uint8_t kArmsOnly = 3;
constexpr std::uint8_t kClosesRemotely = 4;

std::uint8_t control_mode(const DlmsContext& context) {
  return context.meter.settings().remote_close ? kClosesRemotely : kArmsOnly;
}

std::uint8_t control_state(SupplyState state) {
  if (state == SupplyState::On) return 1;
  return state == SupplyState::Armed ? 2 : 0;
}

GetResult read_relay(DlmsContext& context, std::int8_t attribute) {
  const SupplyState state = context.meter.relay().state;
  if (attribute == cosem::disconnect_control::kOutputState) return Data{state == SupplyState::On};
  if (attribute == cosem::disconnect_control::kControlState) {
    return Data{Enum{control_state(state)}};
  }
  return Data{Enum{control_mode(context)}};
}

AccessResult operate(DlmsContext& context, SupplyState order) {
  return give_order(context, operation::OperateRelay{order, take_transaction(context)});
}

AccessResult operate_relay(DlmsContext& context, std::int8_t method, const Data&) {
  if (method == cosem::disconnect_control::kRemoteDisconnect) {
    return operate(context, SupplyState::Off);
  }
  const SupplyState state = context.meter.relay().state;
  if (control_mode(context) == kArmsOnly || state != SupplyState::Off) {
    return operate(context, SupplyState::Armed);
  }
  const AccessResult armed = operate(context, SupplyState::Armed);
  if (armed != AccessResult::Success) return armed;
  return operate(context, SupplyState::On);
}

/// A minute above the limit opens the relay, for so long (J-31).
constexpr std::uint32_t kWatchedSeconds = 60;
constexpr std::uint32_t kPauseSeconds = 20;

/// The limit in force: the one the meter was made with, or a lower one that a token has set; a
/// threshold nothing reaches where there is none.
std::uint32_t limit_of(const DlmsContext& context) {
  constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  const auto& made_with = context.meter.settings().load_limit_w;
  const auto state = context.meter.token_state();
  const std::uint32_t set = state ? state->power_limit_w.value_or(kNone) : kNone;
  return std::min<std::uint32_t>(made_with.value_or(kNone), set);
}

GetResult read_limiter(DlmsContext& context, std::int8_t attribute) {
  const std::uint32_t limit = limit_of(context);
  const Data no_script = Structure{{dlms::octet_string(cosem::ObisCode{}), Data{std::uint16_t{0}}}};
  switch (attribute) {
    case 2:
      return Structure{{Data{cosem::register_object::kClass},
                        dlms::octet_string(obis(1, 0, 1, 7, 0)), Data{std::int8_t{2}}}};
    case 3:
    case 4:
    case 5:
      return Data{limit};
    case 6:
      return Data{kWatchedSeconds};
    case 7:
      return Data{kPauseSeconds};
    case 8:
      return Structure{
          {Data{std::uint16_t{0}}, dlms::octet_string(dlms::DateTime{}), Data{std::uint32_t{0}}}};
    case 9:
      return Data{dlms::Array{}};
    case 10:
      return Data{false};
    default:
      return Structure{{no_script, no_script}};
  }
}

}  // namespace

void add_control_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = cosem::disconnect_control::kClass,
                     .name = cosem::kDisconnectControl,
                     .attributes = 4,
                     .methods = 2,
                     .read = read_relay,
                     .invoke = operate_relay});
  objects.push_back({.class_id = cosem::limiter::kClass,
                     .name = cosem::kLimiter,
                     .attributes = 11,
                     .read = read_limiter});
  objects.push_back({.class_id = cosem::data::kClass,
                     .name = obis(0, 0, 128, 3, 10),
                     .read = [](DlmsContext& context, std::int8_t) -> GetResult {
                       return Data{context.meter.relay().causes.bits};
                     }});
  objects.push_back({.class_id = cosem::data::kClass,
                     .name = obis(0, 0, 128, 3, 11),
                     .read = [](DlmsContext& context, std::int8_t) -> GetResult {
                       return Data{context.meter.relay().operations_today};
                     }});
}

}  // namespace metergate::sim
