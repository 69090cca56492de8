// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace metergate {

/// Where Paho's thread waits for the loop, on one connection: only so much may be on its way to the
/// loop, or whoever sends faster than it works would fill the memory; and a message may have to be
/// released before Paho acknowledges it.
///
/// A message that can neither go on nor wait is left to the broker, and with it all that follow, so
/// that they come again in their order: the intake is closed from then on, and the connection has
/// to be cut before Paho acknowledges. Closed, it holds nobody up any more.
class MqttIntake {
 public:
  using Message = std::uint64_t;  ///< its number on this connection
  using Instant = std::chrono::steady_clock::time_point;

  explicit MqttIntake(std::size_t max_octets) : max_octets_{max_octets} {}

  // ---- on Paho's thread
  /// One more is on its way to the loop: at once if nothing is, else as soon as there is room for
  /// its octets, and at `until` all the same. Nothing: it is left to the broker.
  [[nodiscard]] std::optional<Message> enter(std::size_t octets, Instant until);
  /// Whether it was released by then; if not, it is left to the broker.
  [[nodiscard]] bool wait_for_release(Message message, Instant until);

  // ---- on the loop
  /// One of so many octets has come.
  void taken(std::size_t octets);

  // ---- on any thread
  void release(Message message);
  /// Nobody takes or releases anything any more. Whether a message is left to the broker by it, or
  /// was before.
  bool close();

  /// While there is one, no message of the process waits: the loop, which would take or release it,
  /// waits for Paho, and Paho's one lock is held for as long as any message waits.
  class NobodyWaits {
   public:
    NobodyWaits();
    ~NobodyWaits();
    NobodyWaits(const NobodyWaits&) = delete;
    NobodyWaits& operator=(const NobodyWaits&) = delete;
  };

 private:
  template <typename Condition>
  void wait(std::unique_lock<std::mutex>& lock, Instant until, Condition is_so);
  void leave_to_broker();

  const std::size_t max_octets_;
  // What follows is guarded by the one lock of all intakes.
  std::size_t octets_ = 0;  ///< on their way
  Message last_ = 0;
  Message released_ = 0;  ///< the last that was: they come one after the other
  bool one_waits_ = false;
  bool one_is_left_ = false;
  bool closed_ = false;
};

}  // namespace metergate
