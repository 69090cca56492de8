// SPDX-License-Identifier: Apache-2.0
// Whether a push may be believed: by what the association it comes beside asks for.
#include <gtest/gtest.h>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "tests/support/dlms_bench.hpp"

namespace metergate::sim {
namespace {

using dlms::Carrier;
using dlms::Protection;
using dlms::PushProof;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};
/// Above all that the meter has used in its answers.
constexpr std::uint32_t kAbove = 100'000;

class PushProofTest : public testing::TestWithParam<Carrier> {
 protected:
  static const SerialNumber& serial() {
    static const SerialNumber out = *SerialNumber::parse("VM00001001");
    return out;
  }
  void bench(DlmsSecurity security) {
    BenchOptions options;
    options.security = security;
    options.carrier = GetParam();
    security_ = security;
    bench_.emplace(meter_, kNow, options);
  }
  static Octets plain() {
    dlms::DataNotification out;
    out.body = dlms::octet_string(Octets(20, 0x31));
    return dlms::encode_apdu(out);
  }
  [[nodiscard]] Octets ciphered(std::uint32_t counter,
                                Protection protection = Protection::AuthenticatedEncrypted) const {
    const DlmsSetup setup = dlms_setup(serial(), security_);
    return dlms::cipher(setup.keys,
                        {.wrapping = dlms::Wrapping::GeneralGlobal,
                         .control = {setup.keys.suite, protection, dlms::KeyUse::Unicast},
                         .sender = setup.title,
                         .invocation_counter = counter},
                        plain())
        .value();
  }
  /// As the meter says it beside its answers.
  [[nodiscard]] std::optional<dlms::session::Told> said(const Octets& apdu) {
    Octets wire;
    if (GetParam() == Carrier::Wrapper) {
      wire = dlms::encode_wrapper({1, 1, apdu});
    } else {
      Octets information{0xE6, 0xE7, 0x00};
      information.insert(information.end(), apdu.begin(), apdu.end());
      const auto& link = bench_->settings().link;
      wire = hdlc::encode_with_flags(
          {link.client, link.server, {hdlc::FrameType::Ui, false, 0, 0}, false, information});
    }
    std::optional<dlms::session::Told> out;
    for (const auto& effect : bench_->session().received(wire, {})) {
      if (const auto* told = std::get_if<dlms::session::Told>(&effect)) out = *told;
    }
    return out;
  }
  void ask() {
    const auto answer =
        bench_->ask(dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}}));
    ASSERT_TRUE(answer) << answer.error().what;
  }

  virtual_meter::VirtualMeter meter_{virtual_meter::Settings{serial()}, kNow};
  DlmsSecurity security_ = DlmsSecurity::None;
  std::optional<DlmsBench> bench_;
};

TEST_P(PushProofTest, WhereNobodyHasToShowAnythingAPlainOneIsAsGoodAsAnAnswer) {
  bench(DlmsSecurity::None);
  EXPECT_EQ(said(plain())->proof, PushProof::Sufficient);
  ask();
  EXPECT_EQ(said(plain())->proof, PushProof::Sufficient);
}

TEST_P(PushProofTest, WithAPasswordItIsBelievedWithinTheAssociationAlone) {
  bench(DlmsSecurity::LowLevel);
  EXPECT_EQ(said(plain())->proof, PushProof::Unprotected);
  ask();
  EXPECT_EQ(said(plain())->proof, PushProof::Sufficient);
  bench_->close();
  EXPECT_EQ(said(plain())->proof, PushProof::Unprotected);
}

TEST_P(PushProofTest, WhereAnswersAreCipheredAPlainOneIsNotEnough) {
  bench(DlmsSecurity::Gmac);
  ask();
  EXPECT_EQ(said(plain())->proof, PushProof::Unprotected);
  EXPECT_EQ(said(ciphered(kAbove, Protection::Authenticated))->proof, PushProof::Unprotected);
  EXPECT_EQ(said(ciphered(kAbove))->proof, PushProof::Sufficient) << "the weak one moved nothing";
}

TEST_P(PushProofTest, ACounterCanBeJudgedOnceAnAssociationWasOpen) {
  bench(DlmsSecurity::Gmac);
  EXPECT_EQ(said(ciphered(kAbove))->proof, PushProof::Unjudged);
  EXPECT_EQ(said(ciphered(kAbove + 1))->proof, PushProof::Unjudged) << "both may be of last year";
  bench_->restart();
  ask();
  bench_->close();
  const auto told = said(ciphered(kAbove));
  EXPECT_EQ(told->proof, PushProof::Sufficient);
  EXPECT_EQ(told->apdu, plain());
}

TEST_P(PushProofTest, WhatWasHeardBeforeIsToldAsItCame) {
  bench(DlmsSecurity::Gmac);
  ask();
  ASSERT_EQ(said(ciphered(kAbove))->proof, PushProof::Sufficient);
  const auto again = said(ciphered(kAbove));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->proof, PushProof::Replayed);
  EXPECT_EQ(again->apdu, ciphered(kAbove));
}

TEST_P(PushProofTest, WhatWasChangedOnTheWayIsNotDeciphered) {
  bench(DlmsSecurity::Gmac);
  ask();
  Octets forged = ciphered(kAbove);
  forged.back() ^= 1;
  EXPECT_EQ(said(forged)->proof, PushProof::Undeciphered);
  EXPECT_EQ(said(ciphered(kAbove))->proof, PushProof::Sufficient) << "the forgery moved nothing";
}

TEST_P(PushProofTest, OneThatIsRepeatedDoesNotEndTheWaitForAnAnswer) {
  bench(DlmsSecurity::Gmac);
  ask();
  ASSERT_EQ(said(ciphered(kAbove))->proof, PushProof::Sufficient);
  bench_->meter_is_silent = true;
  static_cast<void>(bench_->session().ask(
      dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}}), {}));
  EXPECT_EQ(said(ciphered(kAbove))->proof, PushProof::Replayed);
  EXPECT_EQ(bench_->session().state(), dlms::SessionState::Asking);
  EXPECT_EQ(said(ciphered(kAbove + 1))->proof, PushProof::Sufficient);
  EXPECT_EQ(bench_->session().state(), dlms::SessionState::Asking);
}

TEST_P(PushProofTest, UnderKeysWeHaveNotItIsToldAndNoMore) {
  bench(DlmsSecurity::Gmac);
  const Octets sealed = ciphered(kAbove);
  bench(DlmsSecurity::None);
  ask();
  EXPECT_EQ(said(sealed)->proof, PushProof::Undeciphered);
  ask();
}

INSTANTIATE_TEST_SUITE_P(Carriers, PushProofTest, testing::Values(Carrier::Wrapper, Carrier::Hdlc));

}  // namespace
}  // namespace metergate::sim
