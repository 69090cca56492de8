// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string>

#include "gateway/meter_mqtt/messages.hpp"
#include "gateway/sim/modems/modem_pages.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/town.hpp"

/// What modems of meters on MQTT do without being asked: births, last wills, pushes.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTick = 5s;
/// A push is under way for a moment: the meter may change its tenant meanwhile.
constexpr Duration kPushTakes = 2s;

}  // namespace

void Town::meters_broker(bool connected) {
  if (std::exchange(meters_broker_connected_, connected) == connected) return;
  surviving([this] {
    if (!meters_broker_connected_) return gateway_->meters_lost({"the story wants it"});
    gateway_->meters_connected();
    // Births are retained.
    for (Place& place : places_) place.told_online = false;
  });
}

void Town::tick() {
  const OnBehalfOf town{Owner::Town};
  next_tick_ = clock_.now().instant + kTick;
  for (Place& place : places_) {
    if (place.on_mqtt()) tend(place);
  }
}

void Town::tend(Place& place) {
  place.meter->advance(true_now_s());
  const bool online = place.meter->powered() && place.wire != Wire::Silent;
  if (meters_broker_connected_ && online != place.told_online) tell_presence(place, online);
  if (!online) return place.pushes.clear();
  while (!place.pushes.empty() && place.pushes.front().arrives <= clock_.now().instant) {
    const virtual_meter::Pushes news = std::move(place.pushes.front().news);
    place.pushes.pop_front();
    // The broker has them, whoever listens.
    place.meter->pushed(news);
    if (!meters_broker_connected_) continue;
    for (const meter_mqtt::Push& page : sim::in_pages(news)) {
      const auto word = meter_mqtt::push_word(page);
      const auto read =
          meter_mqtt::decode_push(word, meter_mqtt::encode_push(page), clock_.now().utc);
      if (!read) throw std::logic_error("a push nobody can read: " + read.error());
      const OnBehalfOf gateway{Owner::Gateway};
      gateway_->meter_push(place.id, *read);
    }
  }
  if (!place.pushes.empty()) return;
  auto news = place.meter->pushes(sim::kPageRows * sim::kPagesAtOnce);
  if (!news.empty()) {
    place.pushes.push_back({clock_.now().instant + kPushTakes, std::move(news)});
  }
}

void Town::tell_presence(Place& place, bool online) {
  place.told_online = online;
  const OnBehalfOf gateway{Owner::Gateway};
  gateway_->meter_presence(place.id, online, place.meter->serial().text());
}

}  // namespace metergate::test
