// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/secure_channel.hpp"

namespace metergate::dlms {

void SecureChannel::set_dedicated_key(crypto::SecretOctets key) {
  setup_.keys.dedicated = std::move(key);
  dedicated_sending_ = SendCounter{};
  dedicated_sending_.reserved(SendCounter::kEnd);
  dedicated_received_ = ReceiveCounter{};
}

Result<Octets, CipherFault> SecureChannel::protect(OctetView plain) {
  const bool dedicated = is_dedicated(setup_.wrapping);
  if (dedicated && !setup_.keys.dedicated) return failure(CipherFault::NoKey);
  if (plain.empty() || !ciphered_tag(plain.front(), setup_.wrapping)) {
    return failure(CipherFault::NotWrappable);
  }
  const auto counter = (dedicated ? dedicated_sending_ : setup_.sending).take();
  if (!counter) return failure(CipherFault::NoCounter);
  return cipher(setup_.keys,
                {.wrapping = setup_.wrapping,
                 .control = {setup_.keys.suite, setup_.sent, KeyUse::Unicast},
                 .sender = setup_.own,
                 .invocation_counter = *counter},
                plain);
}

Result<Octets, CipherFault> SecureChannel::unprotect(OctetView apdu) {
  const auto ciphered = CipheredApdu::parse(apdu);
  if (!ciphered) return failure(ciphered.error());
  const CipheredApdu& parts = ciphered.value();
  if (!covers(parts.control.protection, setup_.asked)) return failure(CipherFault::TooWeak);
  const auto sender = setup_.peer ? setup_.peer : parts.title;
  if (!sender) return failure(CipherFault::WrongTitle);
  ReceiveCounter& received = is_dedicated(parts.wrapping) ? dedicated_received_ : setup_.received;
  auto plain = decipher(setup_.keys, parts, *sender);
  if (!plain) return plain;
  // A counter nobody authenticated proves nothing, so it must not move ours.
  if (!is_authenticated(parts.control.protection)) return plain;
  if (!received.take(parts.invocation_counter)) return failure(CipherFault::Replayed);
  return plain;
}

std::optional<std::uint8_t> SecureChannel::service_within(OctetView apdu) const {
  const auto ciphered = CipheredApdu::parse(apdu);
  if (!ciphered || !is_authenticated(ciphered->control.protection)) return std::nullopt;
  const auto sender = setup_.peer ? setup_.peer : ciphered->title;
  if (!sender) return std::nullopt;
  const auto plain = decipher(setup_.keys, *ciphered, *sender);
  if (!plain || plain->empty()) return std::nullopt;
  return plain->front();
}

}  // namespace metergate::dlms
