// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/token_verdict.hpp"
#include "meters/virtual/meter_keys.hpp"
#include "meters/virtual/state_text.hpp"
#include "protocols/sts/entry_lockout.hpp"
#include "protocols/utrn/utrn_process.hpp"

namespace metergate::virtual_meter {

/// What a meter with keys makes of a code: the STS token process or the UTRN process by the value
/// of the digits, and the keypad's lock. What a sound code does is told to it by its meter.
class TokenAcceptance {
 public:
  /// Five wrong entries as on Secure's meters, pauses as of the one STS maker who tells his.
  static constexpr sts::EntryLockout::Rules kLockout{
      .wrong_entries = 5, .first = std::chrono::seconds{10}, .longest = std::chrono::seconds{1280}};

  struct Effects {
    sts::TokenProcess::Execute carry_out;  ///< a sound STS token
    utrn::UtrnProcess::Credit credit;      ///< a sound UTRN
  };
  struct Decision {
    TokenVerdict verdict;
    std::string raw;           ///< `CRCError`, `1stKCT`; for a UTRN Secure's word, `Account High`
    bool key_changed = false;  ///< a set of key change tokens is whole
    bool silent = false;       ///< nobody is told, and nothing is logged
  };

  /// `manufactured` fills the TID store.
  TokenAcceptance(MeterKeys keys, UtcSeconds manufactured);

  /// `running` is the meter's running time, which no setting of its clock moves.
  [[nodiscard]] Decision remote(const TokenDigits& digits, UtcSeconds running,
                                const Effects& effects);
  /// Keyed in: any number of digits. A wrong entry counts towards the lock, which lets tests
  /// (class 1) pass. A UTRN that was used before is met with silence (2.6).
  [[nodiscard]] Decision by_hand(std::string_view digits, UtcSeconds running,
                                 const Effects& effects);
  void power_returned() { lockout_.forgive(); }
  /// Keys of another supplier: codes of the old one die (utrn-and-premier.md 2.4).
  void change_supplier(UtrnKeys keys);

  /// As they are now, key changes included.
  [[nodiscard]] const MeterKeys& keys() const { return keys_; }
  [[nodiscard]] const sts::TidStore& tids() const { return process_.tids(); }
  [[nodiscard]] const utrn::CounterCache& counters() const { return utrn_.cache(); }
  [[nodiscard]] bool locked(UtcSeconds running) const { return lockout_.locked(running); }

  void write(StateWriter& out) const;
  /// Nothing, with the reader's complaint, for a text that is none.
  [[nodiscard]] static std::optional<TokenAcceptance> read(StateReader& in);

 private:
  TokenAcceptance(MeterKeys keys, sts::TidStore tids, utrn::CounterCache counters);
  [[nodiscard]] Decision decide(const TokenDigits& digits, UtcSeconds running,
                                const Effects& effects);
  [[nodiscard]] Decision decide_sts(const TokenDigits& digits, UtcSeconds running,
                                    const Effects& effects);
  void key_changed();

  /// Sections of a key change that is not whole yet: kept as they came, so that a meter taken up
  /// again assembles them anew.
  struct Section {
    UtcSeconds at;
    TokenDigits digits;
  };

  MeterKeys keys_;
  sts::TokenProcess process_;
  utrn::UtrnProcess utrn_;
  sts::EntryLockout lockout_{kLockout};
  std::vector<Section> sections_;
};

}  // namespace metergate::virtual_meter
