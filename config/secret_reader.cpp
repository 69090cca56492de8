// SPDX-License-Identifier: Apache-2.0
#include "config/secret_reader.hpp"

namespace metergate::config {

void refuse_secret(TableReader& in, ErrorList& errors, std::string_view key,
                   std::string_view expected) {
  errors.add(ConfigError::Kind::Wrong, in.line_of(key), in.key_path(key), kNotShown,
             std::string{expected});
}

std::optional<crypto::SecretOctets> read_secret(TableReader& in, ErrorList& errors,
                                                std::string_view key, std::string_view expected) {
  const Node* node = in.find(key, Need::Optional, expected);
  if (node == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&node->value);
  auto octets = text != nullptr ? crypto::SecretOctets::from_hex(*text) : std::nullopt;
  if (!octets || octets->size() == 0) {
    refuse_secret(in, errors, key, expected);
    return std::nullopt;
  }
  return octets;
}

}  // namespace metergate::config
