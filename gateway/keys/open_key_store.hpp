// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

/// What a store is opened for. `Vending` keeps no passphrase of a key file in memory.
enum class Purpose : std::uint8_t { Vending, Administration };

[[nodiscard]] Result<std::unique_ptr<KeyStore>, KeyFault> open_key_store(
    const KeyStoreLocation& location, Purpose purpose);

}  // namespace metergate::keys
