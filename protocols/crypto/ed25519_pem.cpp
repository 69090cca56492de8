// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ed25519_pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>

#include "protocols/crypto/no_passphrase.hpp"
#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Bio = Owned<BIO, BIO_free>;

}  // namespace

std::optional<Octets> ed25519_to_pem(const SecretOctets& private_key) {
  const OctetView octets = private_key.view();
  const Key key{
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size())};
  const Bio out{BIO_new(BIO_s_secmem())};
  const bool written = key != nullptr && out != nullptr &&
                       PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0,
                                                     nullptr, nullptr) == 1;
  ERR_clear_error();
  if (!written) return std::nullopt;
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return Octets(text, text + size);
}

std::optional<SecretOctets> ed25519_from_pem(OctetView text) {
  const Bio in{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (in == nullptr) return std::nullopt;
  const Key key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)};
  ERR_clear_error();
  std::array<std::uint8_t, 32> octets{};
  std::size_t size = octets.size();
  // Others have raw keys of 32 octets as well: X25519.
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), octets.data(), &size) != 1) {
    return std::nullopt;
  }
  std::optional<SecretOctets> secret{SecretOctets{octets}};
  wipe(octets);
  return secret;
}

}  // namespace metergate::crypto
