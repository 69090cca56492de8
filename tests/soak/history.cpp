// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/history.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "meters/virtual/token_rules.hpp"
#include "tests/soak/sender.hpp"

namespace metergate::soak {
namespace {

using namespace std::chrono_literals;
namespace vm = virtual_meter;

/// Something is done in a flat this often.
constexpr std::chrono::seconds kMeanPause = 25min;
/// Above every transaction of the box: somebody else's head end.
constexpr operation::TransactionId kStrangersAbove = 1'000;

/// What happens in one flat, and what is asked of its meter.
class History {
 public:
  History(Soak& soak, Flat& flat, std::uint64_t seed, std::size_t number)
      : soak_{soak}, flat_{flat}, chance_{seed, number}, sender_{soak, flat, chance_, number} {}

  static void go_on(const std::shared_ptr<History>& self) {
    self->soak_.later(self->chance_.about(kMeanPause), [self] {
      self->something();
      go_on(self);
    });
  }

 private:
  void something() {
    struct Choice {
      unsigned weight;
      std::string_view word;
      void (History::*act)();
    };
    static constexpr std::array kChoices{
        Choice{14, "change-tenancy", &History::change_tenancy},
        Choice{6, "change-tenancy, then another one", &History::change_tenancy_twice},
        Choice{5, "cancel", &History::cancel},
        Choice{6, "change-supplier", &History::change_supplier},
        Choice{6, "set-tariff", &History::set_tariff},
        Choice{16, "set-relay", &History::set_relay},
        Choice{14, "deliver-token", &History::deliver_token},
        Choice{4, "several at once", &History::several},
        Choice{5, "command repeated", &History::repeat},
        Choice{3, "read", &History::read},
        Choice{2, "set-clock", &History::set_clock},
        Choice{14, "button pressed", &History::press},
        Choice{4, "key procedure in its two steps", &History::press_keys},
        Choice{5, "code keyed in", &History::key_in},
        Choice{4, "cover opened and closed", &History::tamper},
        Choice{4, "great load switched on", &History::load},
        Choice{2, "emergency credit asked for", &History::emergency},
        Choice{1, "relay forced", &History::force},
        Choice{1, "relay cycled", &History::cycle},
        Choice{1, "clock set at the meter", &History::set_locally},
        Choice{3, "tenancy changed by somebody else", &History::stranger},
    };
    unsigned total = 0;
    for (const Choice& one : kChoices) total += one.weight;
    auto drawn = chance_.below(total);
    for (const Choice& one : kChoices) {
      if (drawn < one.weight) {
        soak_.said().act(one.word);
        soak_.said().mix(flat_.place->id);
        soak_.said().mix(one.word);
        return (this->*one.act)();
      }
      drawn -= one.weight;
    }
  }

  [[nodiscard]] vm::VirtualMeter& meter() { return flat_.meter(); }
  [[nodiscard]] UtcSeconds now() const { return soak_.now(); }

  // ---- from afar --------------------------------------------------------------------------------
  void change_tenancy() { sender_.change_tenancy(); }
  void change_tenancy_twice() {
    sender_.change_tenancy();
    soak_.later(chance_.about(5min), [this] { sender_.change_tenancy(); });
  }
  void cancel() {
    sender_.change_tenancy();
    soak_.later(chance_.about(10min), [this] { sender_.cancel_last(Verb::ChangeTenancy); });
  }
  void change_supplier() { sender_.change_supplier(); }
  void set_tariff() { sender_.set_tariff(); }
  void set_relay() { sender_.set_relay(); }
  void deliver_token() { sender_.deliver_token(); }
  void several() {
    for (auto left = chance_.between(2, 5); left > 0; --left) {
      chance_.one_in(2) ? sender_.deliver_token() : sender_.set_relay();
    }
  }
  void repeat() { sender_.repeat(); }
  void read() { sender_.read(); }
  void set_clock() { sender_.set_clock(); }

  // ---- at the meter -----------------------------------------------------------------------------
  void press() { meter().press_button(now()); }
  void press_keys() {
    meter().press_first_key(now());
    soak_.later(std::chrono::seconds{chance_.between(1, 45)},
                [this] { meter().press_second_key(now()); });
  }
  void key_in() {
    // One's own, one that is on its way from afar as well, or nonsense.
    const std::string digits = chance_.one_in(3)   ? sender_.digits_sent_before()
                               : chance_.one_in(4) ? "123456"
                                                   : sender_.new_token();
    if (!digits.empty()) static_cast<void>(meter().key_in(digits, now()));
  }
  void tamper() {
    meter().open_cover(now());
    soak_.until(chance_.about(20min), [this] { meter().close_cover(now()); });
  }
  void load() {
    meter().switch_load(vm::PhaseWatts{static_cast<unsigned>(chance_.between(5'000, 20'000)), 0, 0},
                        now());
    soak_.until(chance_.about(10min), [this] { meter().switch_load(std::nullopt, now()); });
  }
  void emergency() { static_cast<void>(meter().take_emergency_credit(now())); }
  void force() {
    flat_.forced = true;
    flat_.ordered_since = false;
    meter().force_relay(chance_.any_of({SupplyState::Off, SupplyState::Armed, SupplyState::On}),
                        now());
  }
  void cycle() {
    if (flat_.ordered_off) return;
    static_cast<void>(meter().cycle_relay(static_cast<std::uint8_t>(chance_.between(1, 3)), now()));
  }
  void set_locally() {
    if (!meter().powered()) return;
    meter().set_clock_locally(meter().meter_time() + std::chrono::seconds{chance_.between(-90, 90)},
                              now());
  }
  void stranger() {
    const operation::TransactionId id = meter().relay().last_transaction_id + kStrangersAbove;
    flat_.strangers.insert(id);
    static_cast<void>(meter().perform(
        operation::ChangeTenancy{std::nullopt, ChangeActions::all(),
                                 chance_.any_of({RelayAfter::Off, RelayAfter::Armed}), 0, id},
        now()));
  }

  Soak& soak_;
  Flat& flat_;
  Chance chance_;
  Sender sender_;
};

}  // namespace

void begin_history(Soak& soak, Flat& flat, std::uint64_t seed, std::size_t number) {
  History::go_on(std::make_shared<History>(soak, flat, seed, number));
}

}  // namespace metergate::soak
