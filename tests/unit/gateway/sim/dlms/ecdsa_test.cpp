// SPDX-License-Identifier: Apache-2.0
// High level security by signatures, between our client and the virtual meter.
#include <gmock/gmock.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_client.hpp"
#include "tests/support/dlms_model.hpp"

namespace metergate::sim {
namespace {

using dlms::Carrier;
using testing::HasSubstr;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};
const SerialNumber kSerial = *SerialNumber::parse("VM00001001");

virtual_meter::Settings settings() {
  virtual_meter::Settings out{kSerial};
  out.supply = SupplyState::On;
  return out;
}

Octets next_challenge() {
  static std::uint8_t number = 0;
  return Octets(16, ++number);
}

class DlmsEcdsa : public testing::TestWithParam<DlmsSecurity> {
 protected:
  OperationResult clock(DlmsBench& bench) { return bench.run(driver_, operation::ReadClock{}); }
  /// What a client with other settings is told.
  std::string refusal(const std::function<void(dlms::AssociationSettings&)>& change) {
    DlmsBench bench{meter_, kNow, {GetParam()}};
    change(bench.settings().association);
    bench.restart();
    const auto read = clock(bench);
    return read ? "nothing" : read.error().what;
  }
  static crypto::Curve curve() {
    return GetParam() == DlmsSecurity::EcdsaP256 ? crypto::Curve::P256 : crypto::Curve::P384;
  }
  static crypto::SecretOctets other_key() {
    return crypto::SecretOctets{Octets(crypto::scalar_octets(curve()), 0x11)};
  }

  const model::MeterModel model_ = dlms_model();
  VirtualMeter meter_{settings(), kNow};
  DlmsDriver driver_{model_};
};

TEST_P(DlmsEcdsa, BothProveThemselvesAndWhatFollowsIsCiphered) {
  for (const Carrier carrier : {Carrier::Wrapper, Carrier::Hdlc}) {
    DlmsBench bench{meter_, kNow, {GetParam(), carrier}};
    const auto read = clock(bench);
    EXPECT_TRUE(read) << read.error().what;
    EXPECT_GT(bench.reserved(), 0U);
    bench.close();
    EXPECT_TRUE(clock(bench)) << "a second association has challenges of its own";
  }
}

TEST_P(DlmsEcdsa, OurWrongKeyIsRefusedByTheMeterAndSaidToBe) {
  EXPECT_THAT(refusal([](auto& own) { own.signing->own = other_key(); }),
              HasSubstr("the meter refuses our proof"));
}

TEST_P(DlmsEcdsa, AMeterWithAnotherKeyIsNotTalkedTo) {
  EXPECT_THAT(refusal([](auto& own) {
                own.signing->peer = crypto::ec_public_key(curve(), other_key()).value();
              }),
              HasSubstr("pass four: the signature does not hold"));
}

TEST_P(DlmsEcdsa, AMeterWithAnotherTitleThanItsKeysIsNotTalkedTo) {
  EXPECT_THAT(refusal([](auto& own) {
                own.signing->peer_title = dlms::SystemTitle{{'X', 1, 2, 3, 4, 5, 6, 7}};
              }),
              HasSubstr("another system title than the one whose key we were given"));
}

TEST_P(DlmsEcdsa, AMeterThatHasOurTitleIsNotTalkedTo) {
  // Refused by the virtual meter itself, which knows its own title.
  const dlms::SystemTitle title = dlms_setup(kSerial, GetParam()).title;
  EXPECT_THAT(refusal([&](auto& own) { own.security->own = title; }),
              HasSubstr("calling-AP-title-not-recognized"));
}

TEST_P(DlmsEcdsa, AChallengeThatComesAgainIsRefused) {
  BenchOptions options{GetParam()};
  options.challenge = fixed_challenge;
  DlmsBench bench{meter_, kNow, options};
  ASSERT_TRUE(clock(bench));
  bench.close();
  const auto again = clock(bench);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().what, HasSubstr("the challenge of the association before once more"));
}

TEST_P(DlmsEcdsa, WithoutKeysOrATitleNothingLeaves) {
  EXPECT_THAT(refusal([](auto& own) { own.signing.reset(); }),
              HasSubstr("ECDSA without keys to sign"));
}

/// The meter's end, from somebody who heard one association and knows no key.
class Eavesdropper : public DlmsEcdsa {
 protected:
  void SetUp() override {
    setup_ = dlms_setup(kSerial, GetParam());
    setup_.clients.back().ciphered = false;
    server_ = std::make_unique<DlmsServer>(setup_, counters_, next_challenge);
    client_.emplace(*server_, meter_, kNow);
    client_->number = kDlmsManagementClient;
  }
  dlms::HlsExchange opened() {
    const Octets challenge(16, 0x33);
    const auto aare =
        client_->associate({.calling_ap_title = kTitle,
                            .mechanism = dlms::AuthenticationMechanism::HighLevelEcdsa,
                            .authentication_value = crypto::SecretOctets{challenge}});
    return {.mechanism = dlms::AuthenticationMechanism::HighLevelEcdsa,
            .client_title = kTitle,
            .server_title = aare.responding_ap_title.value(),
            .client_challenge = challenge,
            .server_challenge = aare.challenge};
  }
  /// Pass four; nothing when pass three was refused.
  std::optional<Octets> show(const Octets& proof) {
    const auto answer = client_->ask(dlms::ActionRequest{
        {},
        {cosem::association::kClass, cosem::kCurrentAssociation, cosem::association::kReplyToHls},
        dlms::octet_string(proof)});
    const auto* response = std::get_if<dlms::ActionResponse>(&answer);
    if (response == nullptr) return std::nullopt;
    return *dlms::octets_of(std::get<dlms::Data>(*response->outcome.returned));
  }

  static constexpr dlms::SystemTitle kTitle{{'H', 'E', 'S', 0, 0, 0, 0, 1}};
  DlmsSetup setup_;
  DlmsCounters counters_;
  std::unique_ptr<DlmsServer> server_;
  std::optional<TestDlmsClient> client_;
};

TEST_P(Eavesdropper, AProofThatWasHeardIsNoneForTheNextAssociation) {
  const auto keys = *dlms_client_signing(kSerial, GetParam());
  const dlms::HlsExchange first = opened();
  const Octets proof = hls_signature(first, dlms::Side::Client, keys).value();
  const auto answer = show(proof);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(check_hls_signature(first, dlms::Side::Server, keys, *answer));
  EXPECT_EQ(server_->state(), DlmsAssociationState::Associated);
  const dlms::HlsExchange second = opened();
  EXPECT_NE(second.server_challenge, first.server_challenge);
  EXPECT_FALSE(show(proof));
  EXPECT_EQ(server_->state(), DlmsAssociationState::Idle);
}

TEST_P(Eavesdropper, TheMetersOwnSignatureIsNoProofForIt) {
  const auto keys = *dlms_client_signing(kSerial, GetParam());
  const dlms::HlsExchange first = opened();
  const Octets four = show(hls_signature(first, dlms::Side::Client, keys).value()).value();
  static_cast<void>(opened());
  EXPECT_FALSE(show(four));
}

TEST_P(Eavesdropper, AProofUnderAnotherTitleIsRefused) {
  dlms::HlsExchange exchange = opened();
  exchange.client_title = dlms::SystemTitle{{'X', 'X', 'X', 0, 0, 0, 0, 1}};
  const auto keys = *dlms_client_signing(kSerial, GetParam());
  EXPECT_FALSE(show(hls_signature(exchange, dlms::Side::Client, keys).value()));
}

constexpr auto kCurves = [] {
  return testing::Values(DlmsSecurity::EcdsaP256, DlmsSecurity::EcdsaP384);
};
constexpr auto kName = [](const auto& security) {
  return std::string{security.param == DlmsSecurity::EcdsaP256 ? "P256" : "P384"};
};
INSTANTIATE_TEST_SUITE_P(Curves, DlmsEcdsa, kCurves(), kName);
INSTANTIATE_TEST_SUITE_P(Curves, Eavesdropper, kCurves(), kName);

}  // namespace
}  // namespace metergate::sim
