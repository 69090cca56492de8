// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "config/dlms_access.hpp"
#include "config/schema.hpp"
#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/security/ciphering_keys.hpp"
#include "protocols/dlms/security/signing_keys.hpp"
#include "protocols/result.hpp"

namespace metergate::config {

/// What a DLMS meter and we alone know: a file of a few lines of TOML, `password`, `secret`,
/// `encryption_key`, `authentication_key`, `broadcast_key`, `signing_key`; and beside that last one
/// the meter's `meter_public_key` or `meter_certificate`, which are no secrets.
struct DlmsSecrets {
  crypto::SecretOctets secret{};  ///< password at low level, secret of the digests at high level
  dlms::CipheringKeys keys{};
  std::optional<dlms::SigningKeys> signing{};
};

/// Every mistake at once, what is missing for such an access too; no message shows a secret.
[[nodiscard]] Result<DlmsSecrets, std::vector<ConfigError>> parse_dlms_secrets(
    std::string_view text, const std::filesystem::path& file, const DlmsAccess& access);
[[nodiscard]] Result<DlmsSecrets, std::vector<ConfigError>> load_dlms_secrets(
    const std::filesystem::path& file, const DlmsAccess& access);

/// The key file of one meter; empty where none is needed.
[[nodiscard]] std::filesystem::path key_file_of(const Meter& meter);

}  // namespace metergate::config
