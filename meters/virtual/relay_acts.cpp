// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/meter_state.hpp"

/// What else moves the relay of a virtual meter: commissioning, a fault, the user who asks for
/// emergency credit (utrn-and-premier.md 1.4, 1.8).
namespace metergate::virtual_meter {
namespace {

constexpr std::int64_t kCycleSeconds = 5;
constexpr std::int64_t kConfirmSeconds = 30;

/// Nothing but the cycling itself holds it.
bool free_to_cycle(SupplyCauses causes) {
  return (causes.bits & ~(SupplyCauses::kManual | SupplyCauses::kInitial)) == 0;
}

}  // namespace

void VirtualMeter::State::cycle() {
  // Whatever came up meanwhile has the last word.
  if (cycling->movements_left == 0 || !free_to_cycle(relay.causes())) return end_cycling();
  if (!relay_limit.admit(ticks)) {
    write(LogId::Security, EventCode::ExcessiveRelayOperations);
    return end_cycling();
  }
  --cycling->movements_left;
  cycling->next = ticks + kCycleSeconds;
  if (relay.causes().has(SupplyCauses::kManual)) {
    relay.release(SupplyCauses::kManual);
    (void)relay.press();
    write_supply(SupplyCauses::kManual, 0);
  } else {
    hold(SupplyCauses::kManual, 0);
  }
}

void VirtualMeter::State::end_cycling() {
  const auto ended = std::exchange(cycling, std::nullopt);
  if (!ended) return;
  if (!free_to_cycle(relay.causes())) {
    // It stays OFF for the other cause; only what the cycling added goes.
    relay.release(SupplyCauses::kManual);
    return;
  }
  const SupplyState now = relay.state();
  relay = SupplySwitch{ended->state, ended->causes};
  if (now != ended->state) write_supply(SupplyCauses::kManual, 0);
}

void VirtualMeter::press_first_key(UtcSeconds now) {
  State& state = *state_;
  state.advance(now);
  state.note(FirstKeyPressed{});
  if (state.has_power && state.relay.state() == SupplyState::Armed) {
    state.confirm_until = state.ticks + kConfirmSeconds;
  }
}

void VirtualMeter::press_second_key(UtcSeconds now) {
  State& state = *state_;
  state.advance(now);
  state.note(SecondKeyPressed{});
  const auto until = std::exchange(state.confirm_until, std::nullopt);
  const bool in_time = until && state.ticks <= *until;
  if (in_time && state.has_power && state.relay.press()) state.write_supply(0, 0);
}

bool VirtualMeter::cycle_relay(std::uint8_t times, UtcSeconds now) {
  State& state = *state_;
  state.advance(now);
  if (times < 1 || times > kMostCycles || state.cycling || !state.has_power) return false;
  const SupplyCauses causes = state.relay.causes();
  if ((causes.bits & ~SupplyCauses::kInitial) != 0) return false;
  state.note(RelayCycled{times});
  state.cycling = State::Cycling{static_cast<std::uint8_t>(times * 2), state.ticks,
                                 state.relay.state(), causes};
  // Opened and closed from here on, whatever it was: a meter fresh from the factory too.
  state.relay = SupplySwitch{state.relay.state(), {}};
  state.cycle();
  return true;
}

void VirtualMeter::force_relay(SupplyState to, UtcSeconds now) {
  state_->advance(now);
  if (to == SupplyState::Unknown) return;
  state_->note(RelayForced{to});
  state_->end_cycling();
  state_->relay = SupplySwitch{to, state_->relay.causes()};
}

bool VirtualMeter::take_emergency_credit(UtcSeconds now) {
  State& state = *state_;
  state.advance(now);
  const bool is_offered = state.has_power && state.settings.prepayment &&
                          state.settings.emergency_credit_minor > 0 && !state.emergency_credit &&
                          state.account.balance_minor() < Account::kLowMinor;
  if (!is_offered) return false;
  state.note(EmergencyCreditTaken{});
  state.emergency_credit = true;
  state.check_credit();
  return true;
}

}  // namespace metergate::virtual_meter
