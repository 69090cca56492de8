// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/des.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "protocols/crypto/owned.hpp"
#include "protocols/crypto/secret_octets.hpp"

namespace metergate::crypto {
namespace {

using Context = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

enum Direction : int { Decrypt = 0, Encrypt = 1 };

DesBlock one_block(DesKey key, const DesBlock& block, Direction direction) {
  std::array<std::uint8_t, 24> three_keys{};
  for (std::size_t at = 0; at < three_keys.size(); at += key.size()) {
    std::copy(key.begin(), key.end(), three_keys.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Context context{EVP_CIPHER_CTX_new()};
  DesBlock out{};
  int length = 0;
  const bool done = context != nullptr &&
                    EVP_CipherInit_ex(context.get(), EVP_des_ede3_ecb(), nullptr, three_keys.data(),
                                      nullptr, direction) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
                    EVP_CipherUpdate(context.get(), out.data(), &length, block.data(),
                                     static_cast<int>(block.size())) == 1 &&
                    length == static_cast<int>(out.size());
  wipe(three_keys);
  if (!done) throw std::runtime_error{"OpenSSL refuses triple DES"};
  return out;
}

}  // namespace

DesBlock des_encrypt(DesKey key, const DesBlock& block) { return one_block(key, block, Encrypt); }
DesBlock des_decrypt(DesKey key, const DesBlock& block) { return one_block(key, block, Decrypt); }

}  // namespace metergate::crypto
