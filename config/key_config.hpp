// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/key_derivation.hpp"
#include "protocols/sts/token_cipher.hpp"
#include "protocols/utrn/utrn_mac.hpp"

namespace metergate::config {

/// The STS half of a key configuration.
struct StsKeyConfig {
  sts::EncryptionAlgorithm algorithm = sts::EncryptionAlgorithm::Sta;
  sts::DecoderKey decoder_key;  ///< as given, or derived from the vending key
  /// Everything that enters the key; missing where only the decoder key was given.
  std::optional<sts::KeyDerivation> derivation;
  std::optional<sts::BaseDate> base_date;
  sts::KeyExpiryNumber key_expiry{};
  std::chrono::minutes local_offset{0};
  sts::StaTables tables = sts::StaTables::sample();

  [[nodiscard]] sts::TokenCipher cipher() const;
};

/// The UTRN half.
struct UtrnKeyConfig {
  utrn::Parties parties;
  /// Of supplier and meter. Missing where a key store has the supplier's key: then the meter's
  /// public key is given.
  std::optional<crypto::SecretOctets> secret;
  Octets meter_public_key;
  utrn::UtrnCounter highest{0};  ///< the highest counter the meter has accepted
};

/// One meter's keys in the clear, for `metergate token`: test keys of a bench, of the compliance
/// specifications or of a virtual meter. Keys in use belong into the key store (gateway/keys).
struct KeyConfig {
  std::optional<StsKeyConfig> sts;
  std::optional<UtrnKeyConfig> utrn;
};

/// TOML, as docs/tokens.md describes. Every mistake at once; no message shows a key.
[[nodiscard]] Result<KeyConfig, std::vector<ConfigError>> load_key_config(
    const std::filesystem::path& file);
[[nodiscard]] Result<KeyConfig, std::vector<ConfigError>> parse_key_config(
    std::string_view text, const std::filesystem::path& file);

/// The EA 07 tables of a TOML file with s1, s2 and p as lists, for `metergate keys import-tables`.
[[nodiscard]] Result<sts::StaTables, std::vector<ConfigError>> load_sta_tables(
    const std::filesystem::path& file);

}  // namespace metergate::config
