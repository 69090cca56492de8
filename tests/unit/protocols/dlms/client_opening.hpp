// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_association.hpp"
#include "protocols/dlms/data_access.hpp"

/// A client's association without a wire, and what a meter needs to answer it as one that knows
/// the keys, or does not.
namespace metergate::dlms {

inline constexpr SystemTitle kOpeningClient{{'M', 'G', 'T', 0, 0, 0, 0, 1}};
inline constexpr SystemTitle kOpeningMeter{{'M', 'T', 'G', 0, 0, 0, 0, 9}};

class ClientOpening : public testing::Test {
 protected:
  static constexpr std::uint16_t kMeterPdu = 1024;

  static CipheringKeys keys() {
    return {.unicast = crypto::SecretOctets{Octets(16, 1)},
            .authentication = crypto::SecretOctets{Octets(16, 2)}};
  }
  static AssociationSettings settings(AuthenticationMechanism mechanism,
                                      Ciphering ciphering = Ciphering::None) {
    AssociationSettings out;
    out.mechanism = mechanism;
    out.ciphering = ciphering;
    out.secret = crypto::SecretOctets{Octets{'s', 'e', 'c', 'r', 'e', 't', '0', '1'}};
    out.random = [](std::size_t octets) { return Octets(octets, 0x5A); };
    const bool keyed =
        ciphering != Ciphering::None || mechanism == AuthenticationMechanism::HighLevelGmac;
    if (keyed) out.security = ChannelSetup{.keys = keys(), .own = kOpeningClient};
    return out;
  }
  static Octets initiate(std::uint16_t max_pdu = kMeterPdu) {
    return InitiateResponse{.conformance = kUsualConformance, .max_receive_pdu = max_pdu}.encode();
  }
  /// Accepted, with this inside.
  static Aare accepted(Octets information = initiate()) {
    Aare aare;
    aare.responding_ap_title = kOpeningMeter;
    aare.user_information = std::move(information);
    return aare;
  }
  /// Accepted, if the client proves itself to this challenge.
  static Aare challenged(Octets information = initiate()) {
    Aare aare = accepted(std::move(information));
    aare.diagnostic.value = Diagnostic::AuthenticationRequired;
    aare.challenge = Octets(16, 0x77);
    return aare;
  }
  static HlsExchange exchange(AuthenticationMechanism mechanism) {
    return {mechanism, kOpeningClient, kOpeningMeter, Octets(16, 0x5A), Octets(16, 0x77)};
  }
  static Octets pass_four(const Octets& proof) {
    return encode_apdu(ActionResponse{{}, {AccessResult::Success, GetResult{octet_string(proof)}}});
  }

  void opens(const AssociationSettings& settings) {
    association_.emplace(settings);
    look_at(association_->open());
  }
  void opens_again() { look_at(association_->open()); }
  void hears(const Octets& apdu) { look_at(association_->received(apdu)); }
  void hears(const Apdu& apdu) { hears(encode_apdu(apdu)); }
  /// The whole of an opening under the global keys.
  void is_open_and_ciphered() {
    opens(settings(AuthenticationMechanism::Lowest, Ciphering::Global));
    hears(accepted(meter_.protect(initiate()).value()).encode());
    ASSERT_EQ(association_->state(), AssociationState::Open);
  }
  void asks() { look_at(association_->ask(request())); }
  static Octets request() { return encode_apdu(GetRequest{{}, {8, cosem::kClock, 2, {}}}); }

  void look_at(const association::Effects& effects) {
    sent_.clear();
    refused_ = false;
    answer_.clear();
    failed_.reset();
    for (const association::Effect& effect : effects) {
      if (const auto* send = std::get_if<association::Send>(&effect)) sent_ = send->apdu;
      if (const auto* answer = std::get_if<association::Answer>(&effect)) answer_ = answer->apdu;
      if (const auto* failed = std::get_if<association::Failed>(&effect)) failed_ = *failed;
      if (std::holds_alternative<association::CallRefused>(effect)) refused_ = true;
    }
  }
  void failed_for(association::Failed::Reason reason, std::string_view what) {
    ASSERT_TRUE(failed_) << what;
    EXPECT_EQ(failed_->reason, reason);
    EXPECT_EQ(failed_->what, what);
    EXPECT_EQ(association_->state(), AssociationState::Closed);
  }

  std::optional<ClientAssociation> association_;
  SecureChannel meter_{[] {
    ChannelSetup setup{.keys = keys(), .own = kOpeningMeter, .peer = kOpeningClient};
    setup.sending.reserved(1'000);
    return setup;
  }()};
  Octets sent_;  ///< last
  Octets answer_;
  std::optional<association::Failed> failed_;
  bool refused_ = false;
};

}  // namespace metergate::dlms
