// SPDX-License-Identifier: Apache-2.0
#include "config/dlms_secrets.hpp"

#include "config/secret_reader.hpp"
#include "config/signing_keys.hpp"

namespace metergate::config {
namespace {

using dlms::AuthenticationMechanism;

/// As the meter has it, character by character.
std::optional<crypto::SecretOctets> read_password(TableReader& in, ErrorList& errors) {
  constexpr std::string_view kExpected = "1 to 64 characters";
  const Node* node = in.find("password", Need::Optional, kExpected);
  if (node == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&node->value);
  if (text == nullptr || text->empty() || text->size() > crypto::SecretOctets::kMaxOctets) {
    refuse_secret(in, errors, "password", kExpected);
    return std::nullopt;
  }
  return crypto::SecretOctets{Octets(text->begin(), text->end())};
}

void read_ciphering_keys(TableReader& in, ErrorList& errors, dlms::CipheringKeys& into) {
  const std::size_t octets = dlms::key_octets(into.suite);
  const std::string expected = std::to_string(octets * 2) + " hex digits for suite " +
                               std::to_string(static_cast<unsigned>(into.suite));
  const auto read = [&](std::string_view key) -> std::optional<crypto::SecretOctets> {
    auto octets_read = read_secret(in, errors, key, expected);
    if (octets_read && octets_read->size() != octets) {
      refuse_secret(in, errors, key, expected);
      return std::nullopt;
    }
    return octets_read;
  };
  for (const std::string_view key : {"encryption_key", "authentication_key"}) {
    if (!in.has(key)) in.missing(key, expected);
  }
  if (auto key = read("encryption_key")) into.unicast = std::move(*key);
  if (auto key = read("authentication_key")) into.authentication = std::move(*key);
  into.broadcast = read("broadcast_key");
}

}  // namespace

Result<DlmsSecrets, std::vector<ConfigError>> parse_dlms_secrets(std::string_view text,
                                                                 const std::filesystem::path& file,
                                                                 const DlmsAccess& access) {
  const auto root = parse_document(text, file);
  if (!root) return failure(std::vector{root.error()});
  ErrorList errors{file};
  TableReader in{*root, "", errors};
  DlmsSecrets out;
  if (access.uses_ciphering_keys()) {
    out.keys.suite = access.suite;
    read_ciphering_keys(in, errors, out.keys);
  }
  const bool is_low = access.authentication == AuthenticationMechanism::LowLevel;
  const bool is_digest = access.authentication == AuthenticationMechanism::HighLevelMd5 ||
                         access.authentication == AuthenticationMechanism::HighLevelSha1 ||
                         access.authentication == AuthenticationMechanism::HighLevelSha256;
  if (is_low || is_digest) {
    const auto password = read_password(in, errors);
    const auto secret = read_secret(in, errors, "secret", "up to 128 hex digits");
    if (in.has("password") == in.has("secret")) {
      in.missing("password", "it, as text, or `secret`, in hex digits: one of the two");
    }
    if (password) out.secret = *password;
    if (secret) out.secret = *secret;
  }
  if (access.authentication == AuthenticationMechanism::HighLevelEcdsa) {
    out.signing = read_signing_keys(in, errors, access);
  }
  in.finish();
  if (!errors.empty()) return failure(errors.take());
  return out;
}

Result<DlmsSecrets, std::vector<ConfigError>> load_dlms_secrets(const std::filesystem::path& file,
                                                                const DlmsAccess& access) {
  const auto text = read_text(file);
  if (!text) return failure(std::vector{text.error()});
  return parse_dlms_secrets(*text, file, access);
}

std::filesystem::path key_file_of(const Meter& meter) {
  if (!meter.dlms || !meter.dlms->has_secrets()) return {};
  std::string path = meter.dlms->key_file.string();
  for (auto at = path.find(kIdInKeyFile); at != std::string::npos; at = path.find(kIdInKeyFile)) {
    path.replace(at, kIdInKeyFile.size(), meter.id.text());
  }
  return path;
}

}  // namespace metergate::config
