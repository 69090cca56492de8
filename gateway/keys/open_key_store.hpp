// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <variant>

#include "gateway/keys/passphrase.hpp"
#include "gateway/keys/pkcs11_session.hpp"
#include "gateway/keys/vending_keys.hpp"

namespace metergate::keys {

struct KeyFile {
  std::filesystem::path file;
};

/// Where the vending keys are, and where the secret is that opens them (passphrase, PIN).
struct KeyStoreLocation {
  std::variant<KeyFile, Pkcs11Token> place;
  PassphraseSource secret;
};

[[nodiscard]] Result<std::unique_ptr<KeyStore>, KeyFault> open_key_store(
    const KeyStoreLocation& location);

}  // namespace metergate::keys
