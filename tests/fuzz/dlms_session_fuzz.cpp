// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/dlms/data_access.hpp"

/// Whatever a meter sends, in any state of a session with it: plain or ciphered, over the wrapper
/// or HDLC; a profile's buffer among it. A session never waits without a deadline, always ends, and
/// reports at most one end of a request.
namespace {

using namespace metergate;
using namespace metergate::dlms;

constexpr std::size_t kMaxAnswer = 8'192;

void require(bool holds) {
  if (!holds) std::abort();
}

Octets fixed(std::size_t count) { return Octets(count, 0x5A); }

constexpr SystemTitle kMeterTitle{{'M', 'T', 'G', 1, 2, 3, 4, 5}};

SigningKeys signing_keys() {
  static const Octets peer =
      crypto::ec_public_key(crypto::Curve::P256, crypto::SecretOctets{Octets(32, 0x21)}).value();
  return {.own = crypto::SecretOctets{fixed(32)}, .peer = peer, .peer_title = kMeterTitle};
}

SessionSettings settings(bool hdlc, bool ciphered, bool blocks, bool with_signature) {
  SessionSettings out;
  out.carrier = hdlc ? Carrier::Hdlc : Carrier::Wrapper;
  out.client_port = 1;
  out.link.max_apdu_octets = kMaxAnswer;
  out.association.max_answer_octets = kMaxAnswer;
  out.association.random = fixed;
  if (blocks) {
    out.association.proposed = kConformanceWithGeneralBlocks;
    out.association.block_window = hdlc ? 1 : 3;
  }
  if (with_signature) {
    out.association.mechanism = AuthenticationMechanism::HighLevelEcdsa;
    out.association.signing = signing_keys();
    out.association.title = SystemTitle{{'M', 'G', 'T', 0, 0, 0, 0, 1}};
  }
  if (!ciphered) return out;
  ChannelSetup channel;
  channel.keys.unicast = crypto::SecretOctets{fixed(16)};
  channel.keys.authentication = crypto::SecretOctets{fixed(16)};
  if (!with_signature) out.association.mechanism = AuthenticationMechanism::HighLevelGmac;
  out.association.ciphering = Ciphering::Global;
  out.association.security = channel;
  out.counter_object = cosem::invocation_counter_object(0);
  return out;
}

/// Performs what a session wants of the world, which is little.
class Watcher {
 public:
  void watch(const session::Effects& effects) {
    for (const session::Effect& effect : effects) {
      if (const auto* answered = std::get_if<session::Answered>(&effect)) {
        ++ends_;
        require(answered->apdu.size() <= kMaxAnswer + 64);
        look_at(answered->apdu);
      } else if (std::holds_alternative<session::Failed>(effect)) {
        ++ends_;
      }
    }
    require(ends_ <= 1);
  }
  [[nodiscard]] bool ended() const { return ends_ == 1; }

 private:
  /// As the driver does with the buffer of a profile.
  static void look_at(const Octets& answer) {
    auto apdu = decode_apdu(answer, {16, 20'000});
    auto* response = apdu ? std::get_if<GetResponse>(&*apdu) : nullptr;
    auto* data = response != nullptr ? std::get_if<Data>(&response->result) : nullptr;
    if (data == nullptr) return;
    cosem::ProfileShape shape;
    shape.columns = {{8, cosem::kClock, 2, 0}, {3, cosem::obis(1, 0, 1, 8, 0), 2, 0}};
    shape.capture_period = std::chrono::minutes{30};
    static_cast<void>(cosem::decode_rows(std::move(*data), shape));
  }

  int ends_ = 0;
};

/// The answer that opens a plain association, so that what follows is about the request; or that
/// asks for a signature, so that it is about the meter's own.
Octets accepted(bool blocks, bool with_signature) {
  const Conformance conformance = blocks ? kConformanceWithGeneralBlocks : kUsualConformance;
  Aare aare;
  aare.user_information =
      InitiateResponse{.conformance = conformance, .max_receive_pdu = 64}.encode();
  if (with_signature) {
    aare.diagnostic.value = Diagnostic::AuthenticationRequired;
    aare.responding_ap_title = kMeterTitle;
    aare.mechanism = AuthenticationMechanism::HighLevelEcdsa;
    aare.challenge = Octets(16, 0x33);
  }
  return aare.encode();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool hdlc = (data[0] & 1U) != 0;
  const bool ciphered = (data[0] & 2U) != 0;
  const bool open = (data[0] & 4U) != 0;
  const bool as_stream = (data[0] & 8U) != 0;
  // A long SET is on its way: in general blocks, or in those of its service.
  const bool blocks = (data[0] & 16U) != 0;
  const bool setting = (data[0] & 32U) != 0;
  const bool with_signature = (data[0] & 64U) != 0;
  ClientSession session{settings(hdlc, ciphered, blocks, with_signature)};
  Watcher watcher;
  Instant now{};
  const Octets request =
      setting ? encode_apdu(SetRequest{{}, {1, cosem::kDeviceId, 2, {}}, octet_string(fixed(400))})
              : encode_apdu(GetRequest{{}, {7, cosem::kLoadProfile, 2, {}}});
  watcher.watch(session.ask(request, now));
  if (open && !hdlc) {
    const Octets answer = accepted(blocks, with_signature);
    watcher.watch(session.received(encode_wrapper({1, 1, answer}), now));
  }
  OctetView rest{data + 1, size - 1};
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(1U + rest[0] % 120U, rest.size() - 1);
    const OctetView part = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    if (part.empty()) {
      // Time passes where nothing comes.
      if (const auto deadline = session.deadline()) now = *deadline;
      watcher.watch(session.time_passed(now));
    } else if (hdlc || as_stream) {
      watcher.watch(session.received(part, now));
    } else {
      watcher.watch(
          session.received(encode_wrapper({1, 1, Octets(part.begin(), part.end())}), now));
    }
  }
  // Left alone, it comes to its end.
  for (int steps = 0; !watcher.ended(); ++steps) {
    require(steps < 1'000 && session.deadline().has_value());
    now = std::max(now, *session.deadline());
    watcher.watch(session.time_passed(now));
  }
  return 0;
}
