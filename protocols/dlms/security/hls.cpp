// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/hls.hpp"

#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/legacy_hash.hpp"
#include "protocols/crypto/same_octets.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::dlms {
namespace {

const SystemTitle& title_of(const HlsExchange& exchange, Side side) {
  return side == Side::Client ? exchange.client_title : exchange.server_title;
}
Side other(Side side) { return side == Side::Client ? Side::Server : Side::Client; }

/// What `prover` was asked: the other side's challenge.
const Octets& asked(const HlsExchange& exchange, Side prover) {
  return prover == Side::Client ? exchange.server_challenge : exchange.client_challenge;
}
const Octets& posed(const HlsExchange& exchange, Side prover) {
  return asked(exchange, other(prover));
}

/// Titles and challenges, the prover's title and the challenge he answers first.
void append_identity(ByteWriter& out, const HlsExchange& exchange, Side prover) {
  out.append(title_of(exchange, prover).view());
  out.append(title_of(exchange, other(prover)).view());
  out.append(asked(exchange, prover));
  out.append(posed(exchange, prover));
}

template <typename Digest>
Octets octets_of(const Digest& digest) {
  return Octets(digest.begin(), digest.end());
}

bool good_length(const Octets& challenge) {
  return challenge.size() >= kMinChallengeOctets && challenge.size() <= kMaxChallengeOctets;
}

SecurityControl gmac_control(SecuritySuite suite) {
  return {suite, Protection::Authenticated, KeyUse::Unicast};
}

}  // namespace

std::string_view hls_fault_text(HlsFault fault) {
  switch (fault) {
    case HlsFault::NotThisMechanism:
      return "the mechanism gives no proof of this kind";
    case HlsFault::ChallengeLength:
      return "a challenge has 8 to 64 octets";
    case HlsFault::ChallengeRepeated:
      return "the meter sent our own challenge back";
    case HlsFault::ChallengeReplayed:
      return "the meter poses the challenge of the association before once more";
    case HlsFault::ProofMalformed:
      return "the proof is of another length or kind than the mechanism's";
    case HlsFault::ProofWrong:
      return "the proof does not hold: another key or secret";
    case HlsFault::ProofReplayed:
      return "the proof shows an invocation counter that was seen before";
    case HlsFault::NoTitle:
      return "the meter does not say its system title, which it has to sign";
    case HlsFault::OurTitle:
      return "the meter has our own system title";
    case HlsFault::OtherTitle:
      return "the meter has another system title than the one whose key we were given";
    case HlsFault::SignatureWrong:
      return "the signature does not hold: another key, or other system titles or challenges than "
             "this association's";
  }
  return "unknown";
}

Result<Done, HlsFault> check_challenges(const HlsExchange& exchange, Reflection reflection) {
  if (!good_length(exchange.client_challenge) || !good_length(exchange.server_challenge)) {
    return failure(HlsFault::ChallengeLength);
  }
  if (reflection == Reflection::Refused && exchange.client_challenge == exchange.server_challenge) {
    return failure(HlsFault::ChallengeRepeated);
  }
  return Done{};
}

Result<Octets, HlsFault> hls_digest(const HlsExchange& exchange, Side prover,
                                    const crypto::SecretOctets& secret) {
  ByteWriter message;
  if (exchange.mechanism == AuthenticationMechanism::HighLevelSha256) {
    message.append(secret.view());
    append_identity(message, exchange, prover);
  } else {
    message.append(asked(exchange, prover));
    message.append(secret.view());
  }
  Octets octets = message.take();
  Result<Octets, HlsFault> digest = failure(HlsFault::NotThisMechanism);
  if (exchange.mechanism == AuthenticationMechanism::HighLevelMd5) {
    digest = octets_of(crypto::md5(octets));
  } else if (exchange.mechanism == AuthenticationMechanism::HighLevelSha1) {
    digest = octets_of(crypto::sha1(octets));
  } else if (exchange.mechanism == AuthenticationMechanism::HighLevelSha256) {
    digest = octets_of(crypto::sha256(octets));
  }
  crypto::wipe(octets);
  return digest;
}

Result<Done, HlsFault> check_hls_digest(const HlsExchange& exchange, Side prover,
                                        const crypto::SecretOctets& secret, OctetView proof) {
  const auto expected = hls_digest(exchange, prover, secret);
  if (!expected) return failure(expected.error());
  if (proof.size() != expected.value().size()) return failure(HlsFault::ProofMalformed);
  if (!crypto::same_octets(proof, expected.value())) return failure(HlsFault::ProofWrong);
  return Done{};
}

Octets hls_gmac(const HlsExchange& exchange, Side prover, const CipheringKeys& keys,
                std::uint32_t invocation_counter) {
  const SecurityControl control = gmac_control(keys.suite);
  ByteWriter out;
  out.u8(control.octet());
  out.u32(invocation_counter);
  out.append(challenge_gmac(keys, control, title_of(exchange, prover), invocation_counter,
                            asked(exchange, prover)));
  return out.take();
}

Result<std::uint32_t, HlsFault> check_hls_gmac(const HlsExchange& exchange, Side prover,
                                               const CipheringKeys& keys, OctetView proof) {
  ByteReader in{proof};
  const SecurityControl control = gmac_control(keys.suite);
  const bool right_control = in.u8() == control.octet();
  const std::uint32_t counter = in.u32();
  const OctetView tag = in.take(kAuthenticationTagOctets);
  if (!in.ok() || in.rest() != 0 || !right_control) return failure(HlsFault::ProofMalformed);
  const Octets expected =
      challenge_gmac(keys, control, title_of(exchange, prover), counter, asked(exchange, prover));
  if (!crypto::same_octets(tag, expected)) return failure(HlsFault::ProofWrong);
  return counter;
}

Result<Octets, HlsFault> hls_signature(const HlsExchange& exchange, Side prover,
                                       const SigningKeys& keys) {
  const auto curve = curve_of(keys.suite);
  if (!curve) return failure(HlsFault::NotThisMechanism);
  ByteWriter message;
  append_identity(message, exchange, prover);
  auto signature = crypto::ecdsa_sign(*curve, keys.own, message.take());
  if (!signature) return failure(HlsFault::NotThisMechanism);
  return std::move(*signature);
}

Result<Done, HlsFault> check_hls_signature(const HlsExchange& exchange, Side prover,
                                           const SigningKeys& keys, OctetView proof) {
  const auto curve = curve_of(keys.suite);
  if (!curve) return failure(HlsFault::NotThisMechanism);
  if (proof.size() != 2 * crypto::scalar_octets(*curve)) return failure(HlsFault::ProofMalformed);
  ByteWriter message;
  append_identity(message, exchange, prover);
  if (!crypto::ecdsa_holds(*curve, keys.peer, message.take(), proof)) {
    return failure(HlsFault::SignatureWrong);
  }
  return Done{};
}

}  // namespace metergate::dlms
