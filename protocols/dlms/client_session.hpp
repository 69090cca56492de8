// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/dlms/client_association.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/hdlc/client_link.hpp"
#include "protocols/hdlc/framer.hpp"

namespace metergate::dlms {

using Instant = hdlc::Instant;

enum class Carrier : std::uint8_t { Hdlc, Wrapper };

struct SessionSettings {
  Carrier carrier = Carrier::Wrapper;
  hdlc::LinkSettings link{};       ///< for HDLC, with both addresses
  std::uint16_t client_port = 16;  ///< for the wrapper
  std::uint16_t server_port = 1;
  /// For the wrapper, which repeats nothing; HDLC has its own.
  std::chrono::milliseconds answer_timeout{10'000};
  /// An association nobody uses is released, for most meters have only one at a time.
  std::chrono::milliseconds idle{20'000};
  AssociationSettings association{};
  /// Where the meter tells everybody which invocation counter it saw last (0-0:43.1.x). Asked when
  /// it refuses ours, which it may for having seen a higher one: after a restored backup, say.
  std::optional<cosem::ObisCode> counter_object{};
};

namespace session {

/// Octets for the wire.
struct Write {
  Octets octets;
};
/// To be on disk before any later effect is performed; if that fails, perform none of them and call
/// `wire_lost`.
struct ReserveCounters {
  std::uint32_t end = 0;
};
/// The answer to what was asked: a plain normal answer, or an exception.
struct Answered {
  Octets apdu;
};
struct Failed {
  enum class Reason : std::uint8_t {
    NoAnswer,
    Refused,  ///< the meter does not want us, or we not it: asking again at once does not help
    Busy,
    Broken,  ///< answers that make no sense, or are not authentic
  };
  Reason reason = Reason::NoAnswer;
  std::string what;
  bool request_left = false;  ///< the request may have arrived
  Octets heard{};             ///< the APDU that ended it, if one came
};
/// A push or an event: plain where it could be deciphered, otherwise as it came.
struct Told {
  Octets apdu;
  PushProof proof = PushProof::Unprotected;
};
/// Nothing is open any more; the connection may be closed.
struct Closed {};
using Effect = std::variant<Write, ReserveCounters, Answered, Failed, Told, Closed>;
using Effects = std::vector<Effect>;

}  // namespace session

enum class SessionState : std::uint8_t {
  Down,
  Linking,
  Associating,
  Open,
  Asking,
  Releasing,
  Unlinking,
  Synchronising,  ///< the public client reads the invocation counter
};
inline constexpr std::size_t kSessionStates = 8;
[[nodiscard]] std::string_view state_word(SessionState state);

/// Everything between a plain request and the octets of one meter's wire: link, association,
/// ciphering, blocks. It opens by itself what it needs for a request and closes it when nobody
/// asks. A value machine; the table stands in the .cpp.
class ClientSession {
 public:
  explicit ClientSession(SessionSettings settings);

  /// One request at a time: the one before has been answered or has failed. `patience`: how long a
  /// meter that has to be linked to first gets to answer that, if that is less than usual.
  [[nodiscard]] session::Effects ask(
      OctetView request, Instant now,
      std::optional<std::chrono::milliseconds> patience = std::nullopt);
  [[nodiscard]] session::Effects close(Instant now);
  [[nodiscard]] session::Effects received(OctetView octets, Instant now);
  /// Where several meters share a line, the line has the framer.
  [[nodiscard]] session::Effects received(const hdlc::Frame& frame, Instant now);
  [[nodiscard]] session::Effects time_passed(Instant now);
  [[nodiscard]] session::Effects wire_lost();

  [[nodiscard]] std::optional<Instant> deadline() const;
  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] bool has_request() const { return pending_.has_value(); }
  [[nodiscard]] const ClientAssociation& association() const { return association_; }
  [[nodiscard]] ClientAssociation& association() { return association_; }

 private:
  enum class Action : std::uint8_t;
  struct Table;

  session::Effects finish();
  void input(std::size_t input, Instant now);
  void perform(Action action, Instant now);
  void perform(const association::Effects& effects, Instant now);
  void perform(const hdlc::LinkEffects& effects, Instant now);
  void send(const Octets& apdu, Instant now);
  void confirm(OctetView told);
  void go_down(Instant now);
  void fail(session::Failed::Reason reason, std::string what, Octets heard = {});
  void unlink(Instant now);
  [[nodiscard]] bool may_synchronise() const;
  void synchronise(Instant now);
  void take_counter(OctetView answer);
  void perform(const session::Effects& effects, Instant now);

  SessionSettings settings_;
  hdlc::ClientLink link_;
  hdlc::Framer framer_;
  WrapperStream stream_;
  ClientAssociation association_;
  SessionState state_ = SessionState::Down;
  std::optional<Instant> own_deadline_;
  std::optional<Octets> pending_;
  std::optional<std::chrono::milliseconds> brief_;  ///< until the meter has answered something
  bool request_left_ = false;
  bool counter_retried_ = false;
  bool synchronise_next_ = false;
  std::uint16_t told_to_ = 0;  ///< the client that what came last is for
  std::unique_ptr<ClientSession> public_session_;
  association::Failed failed_;  ///< what the last Failed input is about
  hdlc::LinkDownReason down_ = hdlc::LinkDownReason::Closed;
  Octets answer_;
  session::Effects effects_;
};

}  // namespace metergate::dlms
