// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/faults.hpp"

#include <memory>
#include <set>

namespace metergate::soak {
namespace {

using namespace std::chrono_literals;
using test::Place;
using test::Wire;

/// Streams of chance apart from those of the histories.
constexpr std::uint64_t kStream = 1'000'000;
/// One request in so many meets with an accident of its own.
constexpr std::uint64_t kAccident = 60;

std::string_view fault_word(Wire wire) {
  switch (wire) {
    case Wire::Silent:
      return "way to a meter: silent for a while";
    case Wire::AnswersAreLost:
      return "way to a meter: answers lost for a while";
    default:
      return "way to a meter: device missing for a while";
  }
}

/// Whatever goes wrong, again and again.
class Trouble {
 public:
  Trouble(Soak& soak, std::uint64_t seed) : soak_{soak}, chance_{seed, kStream} {}

  template <typename Act>
  static void repeat(const std::shared_ptr<Trouble>& self, std::chrono::seconds mean, Act act) {
    self->soak_.later(self->chance_.about(mean), [self, mean, act] {
      act(*self);
      repeat(self, mean, act);
    });
  }

  void line_fails() {
    const std::string line = any_place().line;
    soak_.said().fault("whole line silent for a while");
    for (Flat& flat : soak_.flats()) {
      if (flat.place->line == line) spoil(*flat.place, Wire::Silent, chance_.about(5min));
    }
  }
  void way_fails() {
    const Wire wire = chance_.any_of({Wire::Silent, Wire::AnswersAreLost, Wire::NotThere});
    soak_.said().fault(fault_word(wire));
    spoil(any_place(), wire, chance_.about(12min));
  }
  void power_fails() {
    Place& place = any_place();
    if (!place.meter->powered()) return;
    soak_.said().fault("meter without power");
    place.meter->cut_power(soak_.now());
    soak_.until(chance_.about(25min), [this, &place] { place.meter->restore_power(soak_.now()); });
  }
  void power_blinks() {
    Place& place = any_place();
    if (!place.meter->powered()) return;
    soak_.said().fault("meter's power blinks");
    place.meter->cut_power(soak_.now());
    place.meter->restore_power(soak_.now());
  }
  void gateway_dies() {
    // Not at any time, but in the middle of something.
    soak_.doom(1 + chance_.below(60));
  }
  void broker_goes() {
    if (!soak_.town().broker_connected()) return;
    soak_.said().fault("utility's broker away");
    soak_.town().broker(false);
    soak_.until(chance_.about(10min), [this] { soak_.town().broker(true); });
  }
  void meters_broker_goes() {
    soak_.said().fault("meters' broker away");
    soak_.town().meters_broker(false);
    soak_.until(chance_.about(5min), [this] { soak_.town().meters_broker(true); });
  }
  void box_clock_steps() {
    soak_.said().fault("box's clock set wrong, and right again");
    const std::chrono::seconds by{chance_.between(2, 240) * chance_.any_of({-1, 1})};
    soak_.town().step_wall_clock(by);
    soak_.until(chance_.about(1h), [this, by] { soak_.town().step_wall_clock(-by); });
  }

 private:
  Place& any_place() { return *soak_.flats()[chance_.below(soak_.flats().size())].place; }
  void spoil(Place& place, Wire wire, std::chrono::seconds lasting) {
    place.wire = wire;
    soak_.until(lasting, [&place] { place.wire = Wire::Healthy; });
  }

  Soak& soak_;
  Chance chance_;
};

}  // namespace

void begin_faults(Soak& soak, std::uint64_t seed) {
  const auto trouble = std::make_shared<Trouble>(soak, seed);
  const auto meters = static_cast<std::int64_t>(soak.flats().size());
  // What befalls one meter in some hours befalls a town the more often the greater it is.
  const auto in_town = [&](std::chrono::seconds of_one) {
    return std::max(of_one / meters, std::chrono::seconds{20});
  };
  Trouble::repeat(trouble, in_town(4h), [](Trouble& one) { one.way_fails(); });
  Trouble::repeat(trouble, in_town(10h), [](Trouble& one) { one.power_fails(); });
  Trouble::repeat(trouble, in_town(12h), [](Trouble& one) { one.power_blinks(); });
  Trouble::repeat(trouble, 3h, [](Trouble& one) { one.line_fails(); });
  if (!soak.steady()) Trouble::repeat(trouble, 25min, [](Trouble& one) { one.gateway_dies(); });
  Trouble::repeat(trouble, 5h, [](Trouble& one) { one.broker_goes(); });
  Trouble::repeat(trouble, 6h, [](Trouble& one) { one.meters_broker_goes(); });
  Trouble::repeat(trouble, 8h, [](Trouble& one) { one.box_clock_steps(); });
}

Wire fate_of(const Place& place, Chance& chance, Report& report) {
  if (place.wire != Wire::Healthy || !chance.one_in(kAccident)) return place.wire;
  const Wire wire =
      chance.any_of({Wire::Silent, Wire::AnswersAreLost, Wire::AnswersAreLost, Wire::NotThere});
  report.fault(wire == Wire::AnswersAreLost ? "one answer lost" : "one request lost");
  return wire;
}

void make_whole(Soak& soak) {
  for (Flat& flat : soak.flats()) {
    flat.place->wire = Wire::Healthy;
    virtual_meter::VirtualMeter& meter = flat.meter();
    meter.restore_power(soak.now());
    meter.close_cover(soak.now());
    meter.switch_load(std::nullopt, soak.now());
  }
  soak.town().meters_broker(true);
  soak.town().broker(true);
}

}  // namespace metergate::soak
