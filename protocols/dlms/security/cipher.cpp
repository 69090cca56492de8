// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/cipher.hpp"

#include <array>

#include "protocols/crypto/aes_gcm.hpp"
#include "protocols/dlms/acse/ber.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::dlms {
namespace {

constexpr std::size_t kHeaderOctets = 5;  // security control and invocation counter

/// System title and counter (IEC 62056-5-3, 5.3.3.7.3).
std::array<std::uint8_t, 12> initialisation_vector(const SystemTitle& sender,
                                                   std::uint32_t counter) {
  std::array<std::uint8_t, 12> iv{};
  std::ranges::copy(sender.view(), iv.begin());
  for (std::size_t octet = 0; octet < 4; ++octet) {
    iv[SystemTitle::kOctets + octet] = static_cast<std::uint8_t>(counter >> (24U - 8U * octet));
  }
  return iv;
}

/// What the tag covers besides the ciphertext: all of it when nothing is encrypted.
Octets additional_data(const CipheringKeys& keys, SecurityControl control, OctetView plain) {
  Octets data;
  if (!is_authenticated(control.protection)) return data;
  data.reserve(1 + keys.authentication.size() + plain.size());
  data.push_back(control.octet());
  const OctetView key = keys.authentication.view();
  data.insert(data.end(), key.begin(), key.end());
  if (!is_encrypted(control.protection)) data.insert(data.end(), plain.begin(), plain.end());
  return data;
}

const crypto::SecretOctets* key_for(const CipheringKeys& keys, Wrapping wrapping, KeyUse use) {
  if (is_dedicated(wrapping)) return keys.dedicated ? &*keys.dedicated : nullptr;
  if (use == KeyUse::Broadcast) return keys.broadcast ? &*keys.broadcast : nullptr;
  return &keys.unicast;
}

OctetView cut(const crypto::GcmTag& tag) { return OctetView{tag}.first(kAuthenticationTagOctets); }

}  // namespace

Result<Octets, CipherFault> cipher(const CipheringKeys& keys, const CipherOrder& order,
                                   OctetView plain) {
  const SecurityControl control = order.control;
  if (control.suite != keys.suite) return failure(CipherFault::OtherSuite);
  const crypto::SecretOctets* key = key_for(keys, order.wrapping, control.key_use);
  if (key == nullptr) return failure(CipherFault::NoKey);
  const auto tag = plain.empty() ? std::nullopt : ciphered_tag(plain.front(), order.wrapping);
  if (!tag) return failure(CipherFault::NotWrappable);

  const auto iv = initialisation_vector(order.sender, order.invocation_counter);
  Octets data = additional_data(keys, control, plain);
  const bool encrypted = is_encrypted(control.protection);
  const crypto::GcmSealed sealed =
      crypto::aes_gcm_seal(key->view(), iv, data, encrypted ? plain : OctetView{});
  crypto::wipe(data);
  const OctetView body = encrypted ? OctetView{sealed.ciphertext} : plain;
  const std::size_t tag_octets =
      is_authenticated(control.protection) ? kAuthenticationTagOctets : 0;

  ByteWriter out;
  out.u8(*tag);
  if (is_general(order.wrapping)) {
    out.u8(SystemTitle::kOctets);
    out.append(order.sender.view());
  }
  ber::write_length(out, kHeaderOctets + body.size() + tag_octets);
  out.u8(control.octet());
  out.u32(order.invocation_counter);
  out.append(body);
  if (tag_octets != 0) out.append(cut(sealed.tag));
  return out.take();
}

Result<Octets, CipherFault> decipher(const CipheringKeys& keys, const CipheredApdu& apdu,
                                     const SystemTitle& sender) {
  if (apdu.control.suite != keys.suite) return failure(CipherFault::OtherSuite);
  if (apdu.title && *apdu.title != sender) return failure(CipherFault::WrongTitle);
  const crypto::SecretOctets* key = key_for(keys, apdu.wrapping, apdu.control.key_use);
  if (key == nullptr) return failure(CipherFault::NoKey);

  const auto iv = initialisation_vector(sender, apdu.invocation_counter);
  Octets data = additional_data(keys, apdu.control, apdu.content);
  std::optional<Octets> plain;
  if (apdu.control.protection == Protection::Encrypted) {
    // Counter mode runs the same in both directions; there is no tag to hold it against.
    plain = crypto::aes_gcm_seal(key->view(), iv, {}, apdu.content).ciphertext;
  } else if (apdu.control.protection == Protection::Authenticated) {
    if (crypto::aes_gcm_open(key->view(), iv, data, {}, apdu.authentication_tag)) {
      plain.emplace(apdu.content.begin(), apdu.content.end());
    }
  } else {
    plain = crypto::aes_gcm_open(key->view(), iv, data, apdu.content, apdu.authentication_tag);
  }
  crypto::wipe(data);
  if (!plain) return failure(CipherFault::NotAuthentic);
  const auto service = service_of(apdu.tag);
  if (plain->empty() || (service && plain->front() != *service)) {
    return failure(CipherFault::WrongService);
  }
  return *std::move(plain);
}

Octets challenge_gmac(const CipheringKeys& keys, SecurityControl control, const SystemTitle& sender,
                      std::uint32_t invocation_counter, OctetView challenge) {
  const auto iv = initialisation_vector(sender, invocation_counter);
  Octets data = additional_data(keys, control, challenge);
  const crypto::GcmTag tag = crypto::aes_gmac(keys.unicast.view(), iv, data);
  crypto::wipe(data);
  const OctetView kept = cut(tag);
  return Octets(kept.begin(), kept.end());
}

}  // namespace metergate::dlms
