// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_intake.hpp"

#include <algorithm>
#include <condition_variable>

namespace metergate {
namespace {

/// One for all intakes, as Paho's thread is.
struct Waits {
  std::mutex mutex;
  std::condition_variable changed;
  int forbidden = 0;  ///< by so many

  static Waits& of_process() {
    static Waits waits;
    return waits;
  }
};

}  // namespace

template <typename Condition>
void MqttIntake::wait(std::unique_lock<std::mutex>& lock, Instant until, Condition is_so) {
  Waits& waits = Waits::of_process();
  one_waits_ = true;
  waits.changed.wait_until(lock, until, [&] { return closed_ || waits.forbidden > 0 || is_so(); });
  one_waits_ = false;
}

void MqttIntake::leave_to_broker() {
  one_is_left_ = true;
  closed_ = true;
}

std::optional<MqttIntake::Message> MqttIntake::enter(std::size_t octets, Instant until) {
  Waits& waits = Waits::of_process();
  std::unique_lock lock{waits.mutex};
  const auto fits = [&] { return octets_ == 0 || octets_ + octets <= max_octets_; };
  wait(lock, until, fits);
  if (closed_ || (waits.forbidden > 0 && !fits())) {
    leave_to_broker();
    return std::nullopt;
  }
  octets_ += octets;
  return ++last_;
}

bool MqttIntake::wait_for_release(Message message, Instant until) {
  std::unique_lock lock{Waits::of_process().mutex};
  wait(lock, until, [&] { return released_ >= message; });
  if (released_ >= message) return true;
  leave_to_broker();
  return false;
}

void MqttIntake::taken(std::size_t octets) {
  Waits& waits = Waits::of_process();
  const std::lock_guard lock{waits.mutex};
  octets_ -= octets;
  waits.changed.notify_all();
}

void MqttIntake::release(Message message) {
  Waits& waits = Waits::of_process();
  const std::lock_guard lock{waits.mutex};
  released_ = std::max(released_, message);
  waits.changed.notify_all();
}

bool MqttIntake::close() {
  Waits& waits = Waits::of_process();
  const std::lock_guard lock{waits.mutex};
  closed_ = true;
  waits.changed.notify_all();
  return one_waits_ || one_is_left_;
}

MqttIntake::NobodyWaits::NobodyWaits() {
  Waits& waits = Waits::of_process();
  const std::lock_guard lock{waits.mutex};
  ++waits.forbidden;
  waits.changed.notify_all();
}

MqttIntake::NobodyWaits::~NobodyWaits() {
  Waits& waits = Waits::of_process();
  const std::lock_guard lock{waits.mutex};
  --waits.forbidden;
}

}  // namespace metergate
