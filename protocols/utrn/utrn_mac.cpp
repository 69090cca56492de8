// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_mac.hpp"

#include "protocols/crypto/aes_gcm.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/p256.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::utrn {
namespace {

constexpr std::size_t kKeyOctets = 16;
/// The object identifier of AES-GCM-128 as the algorithm of the derived key.
constexpr std::array<std::uint8_t, 7> kAlgorithm{0x60, 0x85, 0x74, 0x06, 0x08, 0x03, 0x00};
constexpr std::uint8_t kOriginatorLength = 0x09;  // a flag octet and the counter
constexpr std::uint8_t kCounterFlag = 0x01;
constexpr std::uint8_t kSecurityControl = 0x11;

void put64(ByteWriter& out, std::uint64_t number) {
  out.u32(static_cast<std::uint32_t>(number >> 32U));
  out.u32(static_cast<std::uint32_t>(number));
}

}  // namespace

std::optional<crypto::SecretOctets> prepayment_secret(const crypto::SecretOctets& private_key,
                                                      OctetView public_key) {
  return crypto::p256_shared_secret(private_key, public_key);
}

Octets mac_other_info(const Parties& parties, UtrnCounter counter) {
  ByteWriter out;
  out.append(kAlgorithm);
  put64(out, parties.originator.number());
  out.u8(kOriginatorLength);
  out.u8(kCounterFlag);
  put64(out, counter.originator_counter());
  put64(out, parties.target.number());
  return out.take();
}

Octets mac_iv(const Parties& parties) {
  ByteWriter out;
  put64(out, parties.originator.number());
  out.u32(0);
  return out.take();
}

Octets mac_additional_data(const Parties& parties, UtrnCounter counter, std::uint32_t header) {
  ByteWriter out;
  out.u8(kSecurityControl);
  out.u8(0);
  out.u32(0);
  put64(out, parties.originator.number());
  put64(out, parties.target.number());
  out.u8(kCounterFlag);
  put64(out, counter.originator_counter());
  out.u32(header);
  return out.take();
}

std::uint32_t utrn_mac(const crypto::SecretOctets& secret, const Parties& parties,
                       UtrnCounter counter, std::uint32_t header) {
  const auto key =
      crypto::concatenation_kdf_sha256(secret, mac_other_info(parties, counter), kKeyOctets);
  const auto tag =
      crypto::aes_gmac(key.view(), mac_iv(parties), mac_additional_data(parties, counter, header));
  std::uint32_t mac = 0;
  for (const std::uint8_t octet : OctetView{tag}.last(sizeof mac)) mac = (mac << 8U) | octet;
  return mac;
}

Result<TokenDigits, FieldFault> make_utrn(const crypto::SecretOctets& secret,
                                          const Parties& parties, UtrnCounter counter,
                                          TopUpValue top_up) {
  Ptut ptut{.truncated_counter = counter.truncated(), .top_up = top_up};
  ptut.mac = utrn_mac(secret, parties, counter, ptut_header(ptut));
  return encode_utrn(ptut);
}

bool utrn_is_authentic(const crypto::SecretOctets& secret, const Parties& parties,
                       UtrnCounter counter, const Ptut& ptut) {
  return utrn_mac(secret, parties, counter, ptut_header(ptut)) == ptut.mac;
}

}  // namespace metergate::utrn
