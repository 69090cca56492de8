// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modems/mqtt_modem.hpp"

#include <algorithm>
#include <utility>

#include "gateway/sim/modems/modem_pages.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::VirtualMeter;

constexpr std::chrono::milliseconds kFirstPause{5'000};
constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr std::chrono::seconds kConnectTimeout{10};

}  // namespace

MqttModem::MqttModem(StreetMeter& meter, const config::Broker& broker, const std::string& root,
                     std::string model)
    : meter_{meter},
      prefix_{root + "/v1/" + meter.name() + '/'},
      model_{std::move(model)},
      pause_{kFirstPause},
      connection_{broker,
                  "sim-" + meter.name(),
                  {[this] { connected(); }, [this](std::string_view payload) { asked(payload); }}} {
}

std::optional<MqttModem::Shown> MqttModem::look() {
  return meter_.with([&](VirtualMeter& meter, UtcSeconds) {
    return Shown{meter.powered(),
                 {true, meter.serial().text(), model_, meter.settings().firmware, meter.boots(),
                  meter.meter_time()}};
  });
}

void MqttModem::tick(Instant now, bool may_connect, std::mt19937& chance) {
  const auto shown = look();
  if (!shown || !shown->powered || meter_.faults().settings().silent) return vanish();
  if (std::holds_alternative<Away>(state_)) state_ = Waiting{now};
  if (const auto* up = std::get_if<Up>(&state_)) {
    if (!connection_.is_connected()) return wait_for_another_attempt(now, chance);
    if (up->serial != shown->birth.serial) return vanish();
    push_news();
    send_late_answers(now);
  } else if (const auto* waiting = std::get_if<Waiting>(&state_)) {
    if (!may_connect || now < waiting->attempt_at) return;
    connection_.connect({prefix_ + "presence", meter_mqtt::encode_presence({})}, kConnectTimeout);
    state_ = Connecting{shown->birth.serial};
  } else if (const auto* attempt = std::get_if<Connecting>(&state_)) {
    if (connection_.is_connecting()) return;
    if (!connection_.is_connected()) return wait_for_another_attempt(now, chance);
    pause_ = kFirstPause;
    state_ = Up{attempt->serial};
  }
}

void MqttModem::wait_for_another_attempt(Instant now, std::mt19937& chance) {
  pushing_.reset();
  std::uniform_int_distribution<std::int64_t> jitter{0, pause_.count()};
  state_ = Waiting{now + std::chrono::milliseconds{jitter(chance)}};
  pause_ = std::min(pause_ * 2, kLongestPause);
}

void MqttModem::vanish() {
  pushing_.reset();
  if (std::holds_alternative<Away>(std::exchange(state_, Away{}))) return;
  connection_.disconnect(ModemConnection::Goodbye::Death);
}

void MqttModem::leave() {
  if (!connection_.is_connected()) return;
  publish_presence({});
  connection_.disconnect(ModemConnection::Goodbye::Polite);
}

void MqttModem::connected() {
  const auto shown = look();
  if (!shown) return;
  // In this order: whoever hears of the birth may ask at once.
  connection_.subscribe(prefix_ + "request");
  publish_presence(shown->birth);
}

void MqttModem::asked(std::string_view payload) {
  if (!meter_.faults().request_arrives()) return;
  const auto request = meter_mqtt::decode_request(payload);
  if (!request) {
    const auto& fault = request.error();
    if (fault.id.empty()) return;
    return answer(meter_mqtt::encode_error(fault.id, fault.code, fault.what));
  }
  // Delivered twice, as QoS 1 allows: it is the same request, and it has been answered.
  if (std::exchange(last_request_, request->id) == request->id) return;
  // What the meter says is on disk before it says it; where that fails it stays silent.
  auto said = meter_.with(
      [&](VirtualMeter& meter, UtcSeconds now) { return meter.perform(request->operation, now); });
  if (!said) return;
  if (!*said && said->error().raw == "no-power") return;
  answer(answer_of_modem(request->id, std::move(*said)));
}

void MqttModem::answer(const std::string& payload) {
  const auto delivery = meter_.faults().deliver({payload.begin(), payload.end()});
  if (!delivery) return;
  std::string text{delivery->octets.begin(), delivery->octets.end()};
  if (delivery->late.count() == 0) return publish("response", text);
  const std::lock_guard lock{late_mutex_};
  late_.push_back({std::chrono::steady_clock::now() + delivery->late, std::move(text)});
}

void MqttModem::send_late_answers(Instant now) {
  std::deque<LateAnswer> due;
  {
    const std::lock_guard lock{late_mutex_};
    const auto kept = std::stable_partition(late_.begin(), late_.end(),
                                            [&](const LateAnswer& late) { return late.due > now; });
    std::move(kept, late_.end(), std::back_inserter(due));
    late_.erase(kept, late_.end());
  }
  for (const LateAnswer& late : due) publish("response", late.payload);
}

void MqttModem::push_news() {
  if (pushing_) {
    if (connection_.waiting() > 0) return;
    const auto told = meter_.with([&](VirtualMeter& meter, UtcSeconds) {
      meter.pushed(*pushing_);
      return true;
    });
    if (!told) return;
    pushing_.reset();
  }
  auto news = meter_.with(
      [](VirtualMeter& meter, UtcSeconds) { return meter.pushes(kPageRows * kPagesAtOnce); });
  if (!news || news->empty()) return;
  push(*news);
  pushing_ = std::move(news);
}

void MqttModem::push(const virtual_meter::Pushes& news) {
  for (const meter_mqtt::Push& page : in_pages(news)) {
    connection_.publish_counted(prefix_ + "push/" + std::string{meter_mqtt::push_word(page)},
                                meter_mqtt::encode_push(page));
  }
}

void MqttModem::publish(const std::string& leaf, std::string_view payload) {
  connection_.publish(prefix_ + leaf, payload, ModemConnection::Retain::No);
}

void MqttModem::publish_presence(const meter_mqtt::Presence& presence) {
  connection_.publish(prefix_ + "presence", meter_mqtt::encode_presence(presence),
                      ModemConnection::Retain::Yes);
}

}  // namespace metergate::sim
