// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/audit/audit_key.hpp"

#include <cstdlib>
#include <filesystem>

#include "gateway/keys/private_file.hpp"
#include "protocols/crypto/ed25519_pem.hpp"

namespace metergate::runtime {
namespace {

constexpr std::size_t kMostOctets = 4'096;

}  // namespace

Result<std::optional<crypto::Ed25519KeyPair>, std::string> read_audit_key(
    const config::Audit& audit) {
  using Out = std::optional<crypto::Ed25519KeyPair>;
  std::filesystem::path file = audit.signing_key_file;
  keys::Rights rights = keys::Rights::OwnerOnly;
  if (!audit.signing_key_credential.empty()) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials == nullptr) {
      return failure("audit.signing_key_credential: no credential " + audit.signing_key_credential +
                     ": CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with "
                     "LoadCredential=");
    }
    file = std::filesystem::path{credentials} / audit.signing_key_credential;
    rights = keys::Rights::GroupMayRead;
  }
  if (file.empty()) return Out{};
  auto text = keys::read_private_file(file, kMostOctets, rights);
  if (!text) return failure("audit: " + text.error().text);
  const auto key = crypto::ed25519_from_pem(*text);
  crypto::wipe(*text);
  const auto public_key = key ? crypto::ed25519_public_key(*key) : std::nullopt;
  if (!public_key) {
    return failure("audit: " + file.string() +
                   " holds no Ed25519 private key (PKCS#8 in PEM, not encrypted); "
                   "`metergate operator make-key` makes one");
  }
  return Out{crypto::Ed25519KeyPair{*key, *public_key}};
}

}  // namespace metergate::runtime
