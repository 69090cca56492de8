// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "gateway/keys/key_fault.hpp"
#include "gateway/keys/vending_key_record.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/key_change.hpp"
#include "protocols/sts/sta.hpp"
#include "protocols/sts/token_content.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::keys {

/// What the gateway asks of a security module: to make and read tokens. No call hands out a key, so
/// that a certified STS module on the network can stand behind it as well as the encrypted key file
/// and PKCS#11 (docs/tokens.md). A meter is named by all that enters its decoder key.
///
/// Calls are made from one thread and block for the operation.
class VendingKeys {
 public:
  virtual ~VendingKeys() = default;
  VendingKeys() = default;
  VendingKeys(const VendingKeys&) = delete;
  VendingKeys& operator=(const VendingKeys&) = delete;

  /// The vending keys there are, in the order of comes_before(); never their octets.
  [[nodiscard]] virtual Result<std::vector<VendingKeyRecord>, KeyFault> list() = 0;

  /// The record a meter's tokens would be made under. Ask before anything is written down: a supply
  /// group without a key is KeyFault::NoKey, and then nothing may be made (acceptance row J-46).
  [[nodiscard]] virtual Result<VendingKeyRecord, KeyFault> find(
      const sts::KeyDerivation& meter) = 0;

  /// The digits of a credit or management token. Faults: NoKey; KeyExpired where the TID lies past
  /// the key's expiry number; Refused for a credit under a default key, which no meter takes, and
  /// for the sections of a key change, which are made as a set; Field.
  [[nodiscard]] virtual Result<TokenDigits, KeyFault> make_token(
      const sts::KeyDerivation& meter, const sts::TokenContent& content) = 0;

  /// The ordered set (two, three or four tokens) that takes a meter from one key to the other, made
  /// under the old one. Both keys are looked up before anything is made. A change of base date sets
  /// the rollover bit. Fault Refused: another PAN or algorithm, or a forbidden change of key type.
  [[nodiscard]] virtual Result<std::vector<TokenDigits>, KeyFault> make_key_change(
      const sts::KeyDerivation& from, const sts::KeyDerivation& to,
      sts::SupplyGroupToken third = sts::SupplyGroupToken::With) = 0;

  /// What a token says, if it is this meter's; CheckSum otherwise. Key words stay unprintable.
  [[nodiscard]] virtual Result<sts::TokenContent, KeyFault> read_token(
      const sts::KeyDerivation& meter, const TokenDigits& digits) = 0;
};

/// Putting keys in and taking them out: for the command line, and only where the store is ours.
class KeyAdministration {
 public:
  virtual ~KeyAdministration() = default;

  /// Fault Present: a key of that name is there; it is not overwritten.
  [[nodiscard]] virtual Result<Done, KeyFault> import_key(const VendingKeyRecord& record,
                                                          const sts::VendingKey& key) = 0;
  [[nodiscard]] virtual Result<Done, KeyFault> remove_key(const VendingKeyName& name) = 0;
  /// The tables of EA 07 in force, which the STS Association gives to its members.
  [[nodiscard]] virtual Result<Done, KeyFault> import_tables(const sts::StaTables& tables) = 0;
  /// Whether such tables are there; without them EA 07 works with the sample tables of the
  /// standard, that is, with test meters only.
  [[nodiscard]] virtual Result<bool, KeyFault> has_tables() = 0;
};

/// Both, as the file and PKCS#11 backends are.
class KeyStore : public VendingKeys, public KeyAdministration {};

}  // namespace metergate::keys
