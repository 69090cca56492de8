// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/ciphering_keys.hpp"
#include "protocols/dlms/security/signing_keys.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// High level security (IEC 62056-5-3, 5.2.3.4 and 5.2.3.5): each side proves the secret over the
/// challenge of the other. Pass three is the client's proof, over StoC; pass four the server's.
namespace metergate::dlms {

inline constexpr std::size_t kMinChallengeOctets = 8;
inline constexpr std::size_t kMaxChallengeOctets = 64;

enum class Side : std::uint8_t { Client, Server };

/// What both know after passes one and two.
struct HlsExchange {
  AuthenticationMechanism mechanism = AuthenticationMechanism::HighLevelGmac;
  SystemTitle client_title{};
  SystemTitle server_title{};
  Octets client_challenge{};  ///< CtoS
  Octets server_challenge{};  ///< StoC
};

enum class HlsFault : std::uint8_t {
  NotThisMechanism,   ///< the mechanism proves in another way, or not at all
  ChallengeLength,    ///< not 8 to 64 octets
  ChallengeRepeated,  ///< StoC is our own CtoS: somebody sends us our words back
  ChallengeReplayed,  ///< StoC is that of the association before
  ProofMalformed,
  ProofWrong,
  ProofReplayed,  ///< a counter that was seen before
  SignatureWrong,
  NoTitle,  ///< the signer does not say who he is
  OurTitle,
  OtherTitle,  ///< not the one the key is of
};
[[nodiscard]] std::string_view hls_fault_text(HlsFault fault);

/// Before pass three. A server in a laboratory may repeat the challenge; nobody else does.
enum class Reflection : std::uint8_t { Refused, Tolerated };
[[nodiscard]] Result<Done, HlsFault> check_challenges(const HlsExchange& exchange,
                                                      Reflection reflection = Reflection::Refused);

/// Mechanisms 3, 4 and 6: the digest that `prover` shows.
[[nodiscard]] Result<Octets, HlsFault> hls_digest(const HlsExchange& exchange, Side prover,
                                                  const crypto::SecretOctets& secret);
[[nodiscard]] Result<Done, HlsFault> check_hls_digest(const HlsExchange& exchange, Side prover,
                                                      const crypto::SecretOctets& secret,
                                                      OctetView proof);

/// Mechanism 5: security control, invocation counter, GMAC. The counter is one of the prover's own,
/// never used before.
[[nodiscard]] Octets hls_gmac(const HlsExchange& exchange, Side prover, const CipheringKeys& keys,
                              std::uint32_t invocation_counter);
/// The counter the prover used; whether it is fresh is for the caller.
[[nodiscard]] Result<std::uint32_t, HlsFault> check_hls_gmac(const HlsExchange& exchange,
                                                             Side prover, const CipheringKeys& keys,
                                                             OctetView proof);

/// Mechanism 7, suites 1 and 2: r and s over both titles and both challenges, what is the prover's
/// and what he was asked first.
[[nodiscard]] Result<Octets, HlsFault> hls_signature(const HlsExchange& exchange, Side prover,
                                                     const SigningKeys& keys);
/// `prover` is the other party of whoever has these keys.
[[nodiscard]] Result<Done, HlsFault> check_hls_signature(const HlsExchange& exchange, Side prover,
                                                         const SigningKeys& keys, OctetView proof);

}  // namespace metergate::dlms
