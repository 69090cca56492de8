// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/keys/key_fault.hpp"
#include "gateway/keys/passphrase.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/secret_octets.hpp"
#include "protocols/result.hpp"

namespace metergate::keys {

/// Which token of which module.
struct Pkcs11Token {
  std::filesystem::path module;
  std::string label;
};

/// One logged-in session, and of PKCS#11 v2.40 only what a key store needs. After a fault
/// Unavailable (a module taken away, a session lost) it is to be opened anew.
class Pkcs11Session {
 public:
  using Object = unsigned long;

  /// What the module may do with a secret key.
  enum class KeyUse : std::uint8_t {
    Hmac,     ///< computes in the module and never leaves it
    Unwraps,  ///< leaves it wrapped, for a mechanism the module has not
  };

  [[nodiscard]] static Result<std::unique_ptr<Pkcs11Session>, KeyFault> open(
      const Pkcs11Token& token, const Passphrase& pin);
  ~Pkcs11Session();

  [[nodiscard]] bool offers_hmac_sha256() const;
  /// Whether keys can leave wrapped: AES key generation and CKM_AES_KEY_WRAP_PAD both ways.
  [[nodiscard]] bool offers_unwrapping() const;

  struct Key {
    Object object = 0;
    std::string label;
  };
  /// The secret keys of the token whose label begins so.
  [[nodiscard]] Result<std::vector<Key>, KeyFault> keys(std::string_view label_prefix);
  [[nodiscard]] Result<Done, KeyFault> create_key(const std::string& label, KeyUse use,
                                                  OctetView octets);
  [[nodiscard]] Result<Done, KeyFault> destroy(Object object);

  /// In the module, for a key of KeyUse::Hmac.
  [[nodiscard]] Result<crypto::Sha256Digest, KeyFault> hmac_sha256(Object key, OctetView data);
  /// A key of KeyUse::Unwraps: wrapped under a fresh session key, unwrapped into a session object
  /// that can be read; both are destroyed again before the call returns.
  [[nodiscard]] Result<crypto::SecretOctets, KeyFault> unwrapped(Object key);

  /// A private data object by its label.
  [[nodiscard]] Result<std::optional<Octets>, KeyFault> data(const std::string& label);
  [[nodiscard]] Result<Done, KeyFault> replace_data(const std::string& label, OctetView octets);

 private:
  struct Inside;
  explicit Pkcs11Session(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace metergate::keys
