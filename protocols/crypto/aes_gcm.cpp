// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/aes_gcm.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "protocols/crypto/owned.hpp"
#include "protocols/crypto/secret_octets.hpp"

namespace metergate::crypto {
namespace {

constexpr std::size_t kShortestTag = 4;

using Context = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

enum Direction : int { Open = 0, Seal = 1 };

const EVP_CIPHER* cipher_for(std::size_t key_octets) {
  switch (key_octets) {
    case 16:
      return EVP_aes_128_gcm();
    case 24:
      return EVP_aes_192_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      throw std::invalid_argument{"AES keys have 16, 24 or 32 octets"};
  }
}

void must(bool done) {
  if (!done) throw std::runtime_error{"OpenSSL refuses AES-GCM"};
}

int length_of(OctetView octets) { return static_cast<int>(octets.size()); }

Context begin(OctetView key, OctetView iv, OctetView additional_data, Direction direction) {
  const EVP_CIPHER* cipher = cipher_for(key.size());
  if (iv.empty()) throw std::invalid_argument{"AES-GCM needs an IV"};
  Context context{EVP_CIPHER_CTX_new()};
  must(context != nullptr);
  must(EVP_CipherInit_ex(context.get(), cipher, nullptr, nullptr, nullptr, direction) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_IVLEN, length_of(iv), nullptr) == 1);
  must(EVP_CipherInit_ex(context.get(), nullptr, nullptr, key.data(), iv.data(), direction) == 1);
  int length = 0;
  if (!additional_data.empty()) {
    must(EVP_CipherUpdate(context.get(), nullptr, &length, additional_data.data(),
                          length_of(additional_data)) == 1);
  }
  return context;
}

Octets update(EVP_CIPHER_CTX* context, OctetView in) {
  Octets out(in.size());
  int length = 0;
  if (!in.empty()) {
    must(EVP_CipherUpdate(context, out.data(), &length, in.data(), length_of(in)) == 1);
  }
  return out;
}

}  // namespace

GcmSealed aes_gcm_seal(OctetView key, OctetView iv, OctetView additional_data,
                       OctetView plaintext) {
  const Context context = begin(key, iv, additional_data, Seal);
  GcmSealed sealed{update(context.get(), plaintext), {}};
  std::uint8_t none = 0;
  int length = 0;
  must(EVP_CipherFinal_ex(context.get(), &none, &length) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(sealed.tag.size()),
                           sealed.tag.data()) == 1);
  return sealed;
}

std::optional<Octets> aes_gcm_open(OctetView key, OctetView iv, OctetView additional_data,
                                   OctetView ciphertext, OctetView tag) {
  GcmTag expected{};
  if (tag.size() < kShortestTag || tag.size() > expected.size()) return std::nullopt;
  std::ranges::copy(tag, expected.begin());
  const Context context = begin(key, iv, additional_data, Open);
  Octets plaintext = update(context.get(), ciphertext);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()),
                           expected.data()) == 1);
  std::uint8_t none = 0;
  int length = 0;
  if (EVP_CipherFinal_ex(context.get(), &none, &length) == 1) return plaintext;
  wipe(plaintext);
  return std::nullopt;
}

GcmTag aes_gmac(OctetView key, OctetView iv, OctetView additional_data) {
  return aes_gcm_seal(key, iv, additional_data, {}).tag;
}

}  // namespace metergate::crypto
