// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "protocols/sts/key_change.hpp"
#include "protocols/sts/tid_store.hpp"
#include "protocols/sts/token_cipher.hpp"
#include "protocols/sts/token_result.hpp"

namespace metergate::sts {

/// Whether a meter under the old key type may be given a key of the new one.
using KeyTypeRule = bool (*)(KeyType from, KeyType to);
/// Same type, 2 to 1, and any change from 0, 1 or 3 but back to 0 from those; 2 to 3 is refused.
/// The standard's table is not public beyond that, so a model may bring its own.
[[nodiscard]] bool usual_key_type_rule(KeyType from, KeyType to);

/// The key and its names in a meter.
struct MeterKey {
  TokenCipher cipher;
  KeyType key_type = KeyType::Unique;
  KeyExpiryNumber key_expiry{};
  std::uint8_t key_revision = 1;
  std::uint8_t tariff_index = 1;
  std::optional<std::uint32_t> supply_group{};
};

struct TokenProcessRules {
  ManufacturerForm manufacturer_form = ManufacturerForm::TwoDigits;
  std::uint16_t manufacturer = 0;
  std::chrono::seconds key_change_wait{600};  ///< an incomplete set is dropped after it
  KeyTypeRule key_type_rule = usual_key_type_rule;
  StaTables tables = StaTables::sample();
};

/// A meter's decision on a token (IEC 62055-41 7.1): format, decryption, check sum, maker; then key
/// type, TID and KEN; then execution. Where several errors apply the first of CRC, key change,
/// used, old, key expired, DDTK is answered. No clock of its own.
class TokenProcess {
 public:
  /// Carries out a sound token that is no key change: Accept, or Overflow, Range, Function.
  using Execute = std::function<TokenResult(const TokenContent&)>;

  TokenProcess(MeterKey key, TidStore store, TokenProcessRules rules)
      : key_{std::move(key)},
        store_{std::move(store)},
        rules_{std::move(rules)},
        assembly_{key_.cipher.algorithm()} {}

  /// The TID is stored only when `execute` accepted; a refused token stays usable.
  [[nodiscard]] TokenResult process(const TokenDigits& digits, UtcSeconds now,
                                    const Execute& execute);

  [[nodiscard]] const MeterKey& key() const { return key_; }
  [[nodiscard]] const TidStore& tids() const { return store_; }

 private:
  [[nodiscard]] std::optional<TokenResult> validate(const TokenContent& content) const;
  template <typename Section>
  TokenResult receive(const Section& section, TokenResult stored, UtcSeconds now);
  void change_key(const ReceivedKeyChange& change);

  MeterKey key_;
  TidStore store_;
  TokenProcessRules rules_;
  KeyChangeAssembly assembly_;
  UtcSeconds last_section_{};
};

}  // namespace metergate::sts
