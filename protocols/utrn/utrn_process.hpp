// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "protocols/utrn/counter_cache.hpp"
#include "protocols/utrn/utrn_mac.hpp"
#include "protocols/utrn/utrn_result.hpp"

namespace metergate::utrn {

/// How a code came to the meter: keyed in, or by a remote command whose header carries the full
/// counter (use cases CS01a and CS01b).
struct Keyed {};
struct Remote {
  UtrnCounter counter;
};

/// A meter's decision on a code, in the order the alerts suggest: digits, check digit, sub-class,
/// counter, MAC, limits. Locking the keypad is its owner's business (sts::EntryLockout).
class UtrnProcess {
 public:
  /// Says whether the limits allow the value: Accepted (it has been credited), AboveTopUpLimit or
  /// AboveBalanceLimit. Minor units of the currency.
  using Credit = std::function<UtrnResult(std::uint32_t minor)>;

  UtrnProcess(crypto::SecretOctets secret, Parties parties, CounterCache cache)
      : secret_{std::move(secret)}, parties_{parties}, cache_{std::move(cache)} {}

  /// The counter is remembered only when `credit` accepted.
  [[nodiscard]] UtrnResult process(const TokenDigits& digits, Keyed how, const Credit& credit);
  [[nodiscard]] UtrnResult process(const TokenDigits& digits, Remote how, const Credit& credit);

  /// New prepayment keys: codes of the old supplier die, counting begins above `floor`.
  void change_supplier(crypto::SecretOctets secret, Eui64 originator, UtrnCounter floor);

  [[nodiscard]] const CounterCache& cache() const { return cache_; }

 private:
  [[nodiscard]] UtrnResult decide(const Ptut& ptut, UtrnCounter counter, const Credit& credit);

  crypto::SecretOctets secret_;
  Parties parties_;
  CounterCache cache_;
};

}  // namespace metergate::utrn
