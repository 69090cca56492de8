// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

namespace metergate::sim {

/// What a meter is to push on the spot (commands.cpp).
struct PushOrder {
  enum class What : std::uint8_t { Profile, Daily, Registers, Again };
  enum class Names : std::uint8_t {
    Within,   ///< the push setup's own list comes first
    ByModel,  ///< serial number, time and the value: whoever knows the model knows what they are
  };
  enum class Guard : std::uint8_t {
    AsSetUp,  ///< ciphered where the management client has to cipher
    Plain,
  };
  What what = What::Profile;
  Names names = Names::Within;
  Guard guard = Guard::AsSetUp;
  std::uint16_t rows = 4;  ///< the newest
};
/// `profile`, `daily`, `registers`, `again`
[[nodiscard]] std::optional<PushOrder::What> parse_push(std::string_view word);

/// Orders on their way from the control channel to the thread that has the meter's wire.
class PushOrders {
 public:
  /// By a wire that can push.
  void accept() { accepted_ = true; }
  /// False: nobody would push it.
  [[nodiscard]] bool add(const PushOrder& order) {
    const std::lock_guard lock{mutex_};
    if (!accepted_) return false;
    waiting_.push_back(order);
    return true;
  }
  [[nodiscard]] std::optional<PushOrder> take() {
    const std::lock_guard lock{mutex_};
    if (waiting_.empty()) return std::nullopt;
    const PushOrder first = waiting_.front();
    waiting_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  bool accepted_ = false;
  std::deque<PushOrder> waiting_;
};

}  // namespace metergate::sim
