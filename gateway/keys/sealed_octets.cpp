// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/sealed_octets.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "protocols/crypto/aes_gcm.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/octets/byte_reader.hpp"

namespace metergate::keys {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic{'M', 'G', 'K', 'E', 'Y', 'S', 0, 1};
constexpr std::size_t kSaltOctets = 16;
constexpr std::size_t kIvOctets = 12;
constexpr std::size_t kTagOctets = 16;
constexpr std::size_t kKeyOctets = 32;
constexpr std::size_t kHeaderOctets = kMagic.size() + 3 + kSaltOctets + kIvOctets;

KeyFault damaged(std::string_view why) {
  return {KeyFault::Reason::Damaged, "no key file of metergate: " + std::string{why}};
}

}  // namespace

Octets seal(const Passphrase& passphrase, OctetView clear, crypto::ScryptCost cost) {
  const auto salt = crypto::random_octets<kSaltOctets>();
  const auto iv = crypto::random_octets<kIvOctets>();
  Octets out(kMagic.begin(), kMagic.end());
  out.insert(out.end(), {cost.log2_n, cost.r, cost.p});
  out.insert(out.end(), salt.begin(), salt.end());
  out.insert(out.end(), iv.begin(), iv.end());
  const auto key = crypto::scrypt(passphrase.view(), salt, cost, kKeyOctets);
  if (!key) throw std::runtime_error{"OpenSSL refuses scrypt"};
  const auto sealed = crypto::aes_gcm_seal(key->view(), iv, out, clear);
  out.insert(out.end(), sealed.ciphertext.begin(), sealed.ciphertext.end());
  out.insert(out.end(), sealed.tag.begin(), sealed.tag.end());
  return out;
}

Result<ClearOctets, KeyFault> open_sealed(const Passphrase& passphrase, OctetView sealed) {
  if (sealed.size() < kHeaderOctets + kTagOctets) return failure(damaged("too short"));
  ByteReader in{sealed};
  if (!std::ranges::equal(in.take(kMagic.size()), kMagic)) {
    return failure(damaged("it does not begin with MGKEYS, version 1"));
  }
  crypto::ScryptCost cost;
  cost.log2_n = in.u8();
  cost.r = in.u8();
  cost.p = in.u8();
  if (!cost.acceptable()) return failure(damaged("its scrypt cost is out of bounds"));
  const OctetView salt = in.take(kSaltOctets);
  const OctetView iv = in.take(kIvOctets);
  const auto key = crypto::scrypt(passphrase.view(), salt, cost, kKeyOctets);
  if (!key) {
    return failure(KeyFault{KeyFault::Reason::Unavailable, "not enough memory for scrypt"});
  }
  auto clear = crypto::aes_gcm_open(key->view(), iv, sealed.first(kHeaderOctets),
                                    in.take(in.rest() - kTagOctets), sealed.last(kTagOctets));
  if (!clear) {
    return failure(KeyFault{KeyFault::Reason::Secret,
                            "the key file does not open: a wrong passphrase, or the file was "
                            "changed"});
  }
  return ClearOctets{std::move(*clear)};
}

}  // namespace metergate::keys
