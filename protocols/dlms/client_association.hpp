// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/conformance.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/general_block_transfer.hpp"
#include "protocols/dlms/long_service.hpp"
#include "protocols/dlms/notification.hpp"
#include "protocols/dlms/security/hls.hpp"
#include "protocols/dlms/security/secure_channel.hpp"

namespace metergate::dlms {

/// What a client asks of a meter's association by default: everything there is with logical names
/// but general block transfer, which keeps some servers from the blocks others insist on.
inline constexpr Conformance kUsualConformance{Service::PriorityManagement,
                                               Service::BlockTransferWithGet,
                                               Service::BlockTransferWithSet,
                                               Service::BlockTransferWithAction,
                                               Service::MultipleReferences,
                                               Service::SelectiveAccess,
                                               Service::Get,
                                               Service::Set,
                                               Service::Action,
                                               Service::EventNotification};

/// The same with general block transfer.
inline constexpr Conformance kConformanceWithGeneralBlocks{
    kUsualConformance.bits() | Conformance{Service::GeneralBlockTransfer}.bits()};

struct AssociationSettings {
  AuthenticationMechanism mechanism = AuthenticationMechanism::Lowest;
  /// The password at low level; the secret of the digests (MD5, SHA-1, SHA-256).
  crypto::SecretOctets secret{};
  Ciphering ciphering = Ciphering::None;
  /// Keys, titles and counters: for ciphering, and for GMAC.
  std::optional<ChannelSetup> security{};
  std::optional<SigningKeys> signing{};  ///< for ECDSA
  /// Ours, where there is no `security` that has it.
  std::optional<SystemTitle> title{};
  Reflection reflection = Reflection::Refused;
  Conformance proposed = kUsualConformance;
  /// General blocks to send and to take at a time, where the meter agrees to them.
  std::uint8_t block_window = 1;
  std::uint16_t max_receive_pdu = 0xFFFF;
  /// Of one answer, put together.
  std::size_t max_answer_octets = 1U << 20U;
  cosem::ObisCode association = cosem::kCurrentAssociation;
  /// Invocation counters to reserve at a time.
  std::uint32_t counter_block = 100;
  /// Fresh octets: challenges and dedicated keys.
  std::function<Octets(std::size_t)> random{};
};

/// What was agreed with the meter.
struct Negotiated {
  Conformance conformance{};
  std::uint16_t max_server_pdu = 0;  ///< octets of the longest request; 0: no limit
};

namespace association {

/// To be on disk before anything after it is done: counters below `end` may be used from now on.
struct ReserveCounters {
  std::uint32_t end = 0;
};
struct Send {
  Octets apdu;
};
struct Opened {
  Negotiated negotiated;
};
/// Plain, whole: a normal answer even where it came in blocks; or an exception.
struct Answer {
  Octets apdu;
};
/// Plain where it could be deciphered, otherwise as it came.
struct Unsolicited {
  Octets apdu;
  PushProof proof = PushProof::Unprotected;
};
struct Released {};
struct Failed {
  enum class Reason : std::uint8_t {
    Refused,         ///< the meter does not want us: key, password, client, context
    Busy,            ///< not now
    Protocol,        ///< an answer that makes no sense
    Security,        ///< not authentic, replayed, unprotected
    CounterRejected  ///< the meter expects a higher counter; ours was moved up
  };
  Reason reason = Reason::Protocol;
  std::string what;
  Octets heard{};  ///< the APDU it failed at, deciphered where that could be done
};
/// A call in the wrong state; nothing was done.
struct CallRefused {};
using Effect =
    std::variant<ReserveCounters, Send, Opened, Answer, Unsolicited, Released, Failed, CallRefused>;
using Effects = std::vector<Effect>;

}  // namespace association

enum class AssociationState : std::uint8_t {
  Closed,
  Requested,       ///< AARQ is out
  Authenticating,  ///< pass three is out
  Open,
  Asking,
  Releasing,  ///< RLRQ is out
};
inline constexpr std::size_t kAssociationStates = 6;
[[nodiscard]] std::string_view state_word(AssociationState state);

/// The client's side of an application association (IEC 62056-5-3, 4.2 and 7): opened, asked,
/// released, whatever carries its APDUs. A value machine; the table stands in the .cpp. Waiting for
/// answers is for whoever carries them: `lost` says that none will come.
class ClientAssociation {
 public:
  explicit ClientAssociation(AssociationSettings settings);

  [[nodiscard]] association::Effects open();
  /// `request`: plain, as if the meter took APDUs of any length.
  [[nodiscard]] association::Effects ask(OctetView request);
  [[nodiscard]] association::Effects release();
  [[nodiscard]] association::Effects received(OctetView apdu);
  /// What came beside the answers, in frames of its own: it never ends a wait.
  [[nodiscard]] association::Unsolicited overhear(OctetView apdu);
  /// Something the meter waits for beside its answers: a confirmation. It is as protected as the
  /// association asks for; nothing leaves if that can't be done.
  [[nodiscard]] association::Effects say(OctetView apdu);
  /// Nothing has come for long. General blocks are sent again, or asked for once more; nothing
  /// where only giving up is left.
  [[nodiscard]] association::Effects silence();
  /// The way to the meter is gone, and the association with it.
  void lost();

  [[nodiscard]] AssociationState state() const { return state_; }
  [[nodiscard]] const Negotiated& negotiated() const { return negotiated_; }
  /// Counters and titles as they stand; nothing without security.
  [[nodiscard]] const std::optional<SecureChannel>& channel() const { return channel_; }
  [[nodiscard]] std::optional<SecureChannel>& channel() { return channel_; }

 private:
  enum class Action : std::uint8_t;
  struct Table;
  using Reason = association::Failed::Reason;

  association::Effects step(std::size_t input, OctetView octets);
  void perform(Action action, OctetView octets);
  void take(Octets apdu);
  [[nodiscard]] std::size_t classify(Octets& apdu);
  [[nodiscard]] PushProof proof_of_plain() const;
  [[nodiscard]] PushProof proof_of_ciphered(OctetView apdu) const;

  void request_association();
  void take_aare(OctetView apdu);
  [[nodiscard]] bool take_user_information(const Aare& aare);
  void authenticate(const Aare& aare);
  [[nodiscard]] bool take_challenge(const Aare& aare);
  [[nodiscard]] Result<Done, HlsFault> check_signer(const Aare& aare) const;
  void check_pass_four(OctetView apdu);
  [[nodiscard]] Result<Done, HlsFault> check_proof(OctetView proof);
  [[nodiscard]] std::optional<SystemTitle> own_title() const;
  void begin(OctetView request);
  void take_answer(OctetView apdu);
  void perform(GeneralBlockTransfer::Step step);
  void send_blocks(const std::vector<GeneralBlock>& blocks);
  [[nodiscard]] bool has_general_blocks() const;
  void perform(LongService::Step step);
  void take_exception(OctetView apdu);
  void request_release();
  void become_open();
  void fail(Reason reason, std::string what);

  void send(Octets plain);
  [[nodiscard]] Octets initiate_request();
  [[nodiscard]] std::size_t protection_octets() const;
  [[nodiscard]] std::optional<std::uint32_t> own_counter();
  void reserve_counters();

  AssociationSettings settings_;
  std::optional<SecureChannel> channel_;
  AssociationState state_ = AssociationState::Closed;
  Negotiated negotiated_;
  HlsExchange hls_;
  Octets posed_before_;  ///< StoC of the association before
  std::optional<crypto::SecretOctets> dedicated_key_;
  std::optional<std::uint32_t> heard_before_;  ///< the meter's counter before what just came
  /// An association was opened with these counters: what is not above them is not new.
  bool counters_proved_ = false;
  PushProof proof_ = PushProof::Unprotected;  ///< of what just came
  CipherFault fault_ = CipherFault::NotCiphered;
  std::optional<LongService> service_;
  GeneralBlockTransfer general_blocks_;
  association::Effects effects_;
};

}  // namespace metergate::dlms
