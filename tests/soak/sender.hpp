// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tests/soak/soak.hpp"

namespace metergate::soak {

/// Whoever asks for things to be done at one meter: puts commands together, remembers each.
class Sender {
 public:
  Sender(Soak& soak, Flat& flat, Chance& chance, std::size_t number)
      : soak_{soak}, flat_{flat}, chance_{chance}, number_{number} {}

  void change_tenancy();
  void change_supplier();
  void set_tariff();
  void set_relay();
  void deliver_token();
  void read();
  void set_clock();
  /// The newest command of this verb, whatever has become of it.
  void cancel_last(Verb verb);
  /// The same message once more, byte for byte.
  void repeat();

  /// Digits no meter has seen yet.
  [[nodiscard]] std::string new_token();
  /// Those of the newest token that was sent; empty: there was none.
  [[nodiscard]] std::string digits_sent_before() const;

 private:
  void send(Verb verb, const std::string& params, std::chrono::seconds valid_for,
            std::optional<operation::Operation> asks, Order order = {});
  void publish(const Order& order);
  [[nodiscard]] std::optional<UtcSeconds> perhaps_later();
  [[nodiscard]] std::uint32_t next_event_id();

  Soak& soak_;
  Flat& flat_;
  Chance& chance_;
  std::size_t number_;  ///< of the flat: makes tokens and events differ between meters
  std::uint32_t tokens_ = 0;
  std::uint32_t events_ = 0;
};

}  // namespace metergate::soak
