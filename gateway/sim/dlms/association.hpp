// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/sim/dlms/objects.hpp"
#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "protocols/dlms/security/hls.hpp"
#include "protocols/dlms/security/secure_channel.hpp"

namespace metergate::sim {

enum class DlmsAssociationState : std::uint8_t { Idle, AwaitingReply, Associated };
inline constexpr std::size_t kDlmsAssociationStates = 3;

/// What can reach an association.
enum class DlmsInput : std::uint8_t {
  Aarq,
  ReplyToHls,  ///< pass three: ACTION on method 1 of the current association
  Service,     ///< everything else of xDLMS
  Release,
  LinkLost,
};
inline constexpr std::size_t kDlmsInputs = 5;

enum class DlmsReaction : std::uint8_t {
  Judge,       ///< take or refuse what is proposed; what was associated is over
  CheckReply,  ///< pass four, or back to idle
  Serve,
  RefuseService,  ///< an exception: not allowed here
  Release,        ///< RLRE, idle
  Forget,         ///< idle, nothing to say
};

/// The whole machine: every input has a reaction in every state (IEC 62056-5-3, 6.2 and 6.5).
[[nodiscard]] DlmsReaction dlms_reaction(DlmsAssociationState state, DlmsInput input);

/// The server's end of one association: who is there, and how what he says is protected. Random
/// challenges come in through the door.
class DlmsAssociation {
 public:
  using ChallengeMaker = Octets (*)();

  DlmsAssociation(const DlmsSetup& setup, DlmsCounters& counters, ChallengeMaker make_challenge);

  [[nodiscard]] Octets judge(OctetView aarq, std::uint16_t client);
  /// f(CtoS) when f(StoC) holds; the association is over otherwise.
  [[nodiscard]] std::optional<Octets> check_reply(OctetView proof);
  [[nodiscard]] Octets release();
  void forget();

  [[nodiscard]] DlmsAssociationState state() const { return state_; }
  [[nodiscard]] DlmsSession& session() { return session_; }
  /// Whether what comes in must be ciphered.
  [[nodiscard]] bool ciphered() const { return channel_.has_value(); }
  [[nodiscard]] Result<Octets, dlms::CipherFault> unprotect(OctetView apdu);
  [[nodiscard]] Result<Octets, dlms::CipherFault> protect(OctetView apdu);
  [[nodiscard]] std::size_t response_limit() const;

 private:
  struct Refusal {
    dlms::AssociationResult result = dlms::AssociationResult::RejectedPermanent;
    std::uint8_t diagnostic = dlms::Diagnostic::NoReasonGiven;
    std::optional<std::uint8_t> initiate_error{};
  };
  [[nodiscard]] Octets refuse(const Refusal& refusal, dlms::ApplicationContext context) const;
  [[nodiscard]] std::optional<Refusal> admit(const dlms::Aarq& aarq, const DlmsClient& client);
  [[nodiscard]] Result<dlms::InitiateRequest, Refusal> proposal(const dlms::Aarq& aarq);
  void open_channel(const dlms::SystemTitle& peer);
  [[nodiscard]] Octets accept(const dlms::Aarq& aarq, const dlms::InitiateRequest& proposal);
  /// Counters as they stand now, on disk and for the next association.
  void keep_counters();
  void reserve_counters();

  const DlmsSetup& setup_;
  DlmsCounters& counters_;
  ChallengeMaker make_challenge_;
  DlmsAssociationState state_ = DlmsAssociationState::Idle;
  DlmsSession session_;
  const DlmsClient* client_ = nullptr;
  dlms::HlsExchange exchange_;
  std::optional<dlms::SecureChannel> channel_;
};

}  // namespace metergate::sim
