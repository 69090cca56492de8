// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "tests/support/changing_meter.hpp"

// Any history of changes, relay orders, power cuts and restarts: what a virtual meter promises of
// it. These are the promises a gateway's soak is checked against, so the meter must keep them.
namespace metergate::virtual_meter {
namespace {

using namespace changing;

std::optional<UtcSeconds> any_effective(UtcSeconds now) {
  const int sort = *rc::gen::inRange(0, 5);
  if (sort == 0) return std::nullopt;
  if (sort == 1) return now - std::chrono::minutes{*rc::gen::inRange(0, 300)};
  if (sort == 2) return operation::kNever;
  return now + std::chrono::seconds{*rc::gen::inRange(1, 30'000)};
}

Settings young() {
  Settings settings = in_service();
  settings.history = std::chrono::days{2};
  return settings;
}

class Life {
 public:
  void run() {
    for (int left = *rc::gen::inRange(1, 40); left > 0; --left) {
      now_ += std::chrono::seconds{*rc::gen::inRange(0, 3'000)};
      meter_.advance(now_);
      act(*rc::gen::inRange(0, 12));
      check_supply();
    }
    meter_.restore_power(now_);
    meter_.advance(now_ + 12h);
    check_rows();
    check_changes();
    check_deeds();
  }

 private:
  void act(int which) {
    switch (which) {
      case 0:
        return order(tenancy(
            any_effective(now_), id(), ChangeActions::of_bits(*rc::gen::arbitrary<std::uint32_t>()),
            *rc::gen::element(RelayAfter::Unchanged, RelayAfter::Off, RelayAfter::Armed)));
      case 1:
        return order(tenancy(any_effective(now_), id()));
      case 2:
        return order(supplier(any_effective(now_), id()));
      case 3:
        return order(tariff(*rc::gen::inRange<std::uint32_t>(1, 6),
                            *rc::gen::inRange<std::uint32_t>(1, 3), any_effective(now_), id()));
      case 4:
        return order(
            operation::OperateRelay{*rc::gen::element(SupplyState::Off, SupplyState::Armed), id()});
      case 5:
        pressed_ = meter_.relay().state == SupplyState::Armed && meter_.powered();
        return meter_.press_button(now_);
      case 6:
        return meter_.cut_power(now_);
      case 7:
        return meter_.restore_power(now_);
      case 8:
        return meter_.open_cover(now_);
      case 9:
        return meter_.close_cover(now_);
      case 10:
        meter_ = again(meter_);
        deeds_known_ = false;
        return;
      default:
        meter_.pushed(meter_.pushes(50));
    }
  }

  operation::TransactionId id() { return ++last_; }
  template <typename Order>
  void order(const Order& one) {
    const bool powered = meter_.powered();
    const auto answer = meter_.perform(one, now_);
    RC_ASSERT(answer.has_value() == powered);
    if constexpr (std::is_same_v<Order, operation::ChangeTenancy>) {
      if (powered && one.effective != operation::kNever) tenancies_[one.transaction] = one;
    }
  }

  /// Only a hand at an ARMED relay closes it.
  void check_supply() {
    const SupplyState state = meter_.relay().state;
    if (state == SupplyState::On && before_ != SupplyState::On) RC_ASSERT(pressed_);
    RC_ASSERT((state == SupplyState::Off || meter_.relay().causes.none()));
    before_ = state;
    pressed_ = false;
  }

  /// What was purged and what is there make one profile: no interval lost, none twice.
  void check_rows() {
    std::vector<ProfileInterval> rows = meter_.purged().intervals;
    const auto there = all_intervals(meter_);
    rows.insert(rows.end(), there.begin(), there.end());
    RC_ASSERT(!rows.empty());
    for (std::size_t i = 1; i < rows.size(); ++i) {
      RC_ASSERT(rows[i].start - rows[i - 1].start == 30min);
    }
    for (const LogId log : kAllLogs) {
      const auto& entries = meter_.log(log);
      for (std::size_t i = 1; i < entries.size(); ++i) {
        RC_ASSERT(entries[i].sequence == entries[i - 1].sequence + 1);
      }
    }
  }

  /// Each order comes into force at most once, never too early; what it purged stays away.
  void check_changes() {
    std::set<std::pair<ChangeFired::Kind, operation::TransactionId>> seen;
    operation::TransactionId newest = 0;
    for (const ChangeFired& fired : meter_.changes_fired()) {
      RC_ASSERT(fired.meter_time >= fired.effective);
      if (fired.transaction == 0) continue;
      RC_ASSERT(seen.insert({fired.kind, fired.transaction}).second);
      if (fired.kind != ChangeFired::Kind::Tenancy) continue;
      // A newer request took the place of whatever waited.
      RC_ASSERT(fired.transaction > newest);
      newest = fired.transaction;
      const auto asked = tenancies_.find(fired.transaction);
      RC_ASSERT(asked != tenancies_.end());
      RC_ASSERT(fired.effective == asked->second.effective.value_or(fired.meter_time));
      if (asked->second.actions.has(ChangeAction::PurgeProfile)) {
        const auto there = all_intervals(meter_);
        RC_ASSERT((there.empty() || there.front().start >= period_start(fired.effective, 30min)));
      }
    }
    // The newest one fired, waits, or was taken away by `never`; no other one waits.
    const auto& waiting = meter_.pending_tenancy();
    RC_ASSERT((!waiting || waiting->transaction == tenancies_.rbegin()->first));
  }

  void check_deeds() {
    if (!deeds_known_) return;
    VirtualMeter other{young(), kNow};
    for (const Deed& deed : meter_.take_deeds()) {
      const auto read = Deed::parse(deed.text());
      RC_ASSERT(read.has_value());
      RC_ASSERT(other.redo(*read));
    }
    other.advance(now_ + 12h);
    RC_ASSERT(other.changes_fired() == meter_.changes_fired());
    RC_ASSERT(other.relay() == meter_.relay());
    RC_ASSERT(other.tariff() == meter_.tariff());
    RC_ASSERT(other.billing() == meter_.billing());
  }

  VirtualMeter meter_{young(), kNow};
  UtcSeconds now_ = kNow;
  operation::TransactionId last_ = 0;
  std::map<operation::TransactionId, operation::ChangeTenancy> tenancies_;
  SupplyState before_ = SupplyState::On;
  bool pressed_ = false;
  bool deeds_known_ = true;
};

RC_GTEST_PROP(ChangesProperty, AnyHistoryKeepsThePromises, ()) { Life{}.run(); }

}  // namespace
}  // namespace metergate::virtual_meter
