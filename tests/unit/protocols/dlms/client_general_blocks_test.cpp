// SPDX-License-Identifier: Apache-2.0
// What a session does with general blocks that go wrong: over the wrapper, against a meter in a few
// lines.
#include <gmock/gmock.h>

#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms {
namespace {

using testing::HasSubstr;

class ClientGeneralBlocks : public testing::Test {
 protected:
  ClientGeneralBlocks() : session_{settings()} {
    const Octets request =
        encode_apdu(SetRequest{{}, {1, cosem::kDeviceId, 2, {}}, octet_string(Octets(200, 0x31))});
    look_at(session_.ask(request, now_));
    Aare aare;
    aare.user_information =
        InitiateResponse{.conformance = settings().association.proposed, .max_receive_pdu = 64}
            .encode();
    written_.clear();
    says(aare.encode());
  }
  static SessionSettings settings() {
    SessionSettings out;
    out.client_port = 1;
    out.association.proposed = kConformanceWithGeneralBlocks;
    out.association.block_window = 4;
    return out;
  }
  void says(const Octets& apdu) {
    written_.clear();
    look_at(session_.received(encode_wrapper({1, 1, apdu}), now_));
  }
  void says(const Apdu& apdu) { says(encode_apdu(apdu)); }
  void stays_silent() {
    written_.clear();
    now_ = session_.deadline().value();
    look_at(session_.time_passed(now_));
  }
  void look_at(const session::Effects& effects) {
    for (const session::Effect& effect : effects) {
      if (const auto* write = std::get_if<session::Write>(&effect)) {
        WrapperStream stream;
        for (const WrapperPdu& pdu : stream.take(write->octets)) written_.push_back(pdu.apdu);
      } else if (const auto* failed = std::get_if<session::Failed>(&effect)) {
        failure_ = failed->what;
      } else if (const auto* answered = std::get_if<session::Answered>(&effect)) {
        answer_ = answered->apdu;
      }
    }
  }
  [[nodiscard]] GeneralBlock written(std::size_t at) const {
    return std::get<GeneralBlock>(decode_apdu(written_.at(at)).value());
  }

  ClientSession session_;
  Instant now_{};
  std::vector<Octets> written_;
  std::string failure_;
  Octets answer_;
};

TEST_F(ClientGeneralBlocks, TheFirstBlockAsksForTheMetersWindow) {
  ASSERT_EQ(written_.size(), 1U);
  EXPECT_EQ(written(0).number, 1);
  EXPECT_LE(written_.front().size(), 64U);
  says(GeneralBlock{false, false, 2, 1, 1, {}});
  ASSERT_EQ(written_.size(), 2U);
  EXPECT_TRUE(written(0).streaming);
  EXPECT_FALSE(written(1).streaming);
}

TEST_F(ClientGeneralBlocks, AnAnswerWithoutBlocksIsOneToo) {
  says(GeneralBlock{false, false, 4, 1, 1, {}});
  EXPECT_TRUE(written(written_.size() - 1).last);
  says(SetResponse{{}, AccessResult::Success});
  EXPECT_EQ(answer_, encode_apdu(SetResponse{{}, AccessResult::Success}));
}

TEST_F(ClientGeneralBlocks, WhatWasLostIsSentAgainAfterSilence) {
  stays_silent();
  ASSERT_EQ(written_.size(), 1U);
  EXPECT_EQ(written(0).number, 1);
  EXPECT_EQ(failure_, "");
  says(GeneralBlock{false, false, 4, 1, 1, {}});
  const std::size_t count = written_.size();
  stays_silent();
  EXPECT_EQ(written(0).number, 2);
  says(GeneralBlock{false, false, 4, 2, 2, {}});
  EXPECT_EQ(written(0).number, 3);
  EXPECT_GE(count, 3U);
}

TEST_F(ClientGeneralBlocks, SilenceForGoodIsNoAnswer) {
  for (int times = 0; times < 3; ++times) stays_silent();
  EXPECT_EQ(failure_, "");
  stays_silent();
  EXPECT_EQ(failure_, "no answer");
}

TEST_F(ClientGeneralBlocks, AnAcknowledgementOfWhatWasNotSentAborts) {
  says(GeneralBlock{false, false, 4, 1, 9, {}});
  EXPECT_THAT(failure_, HasSubstr("block 9 was acknowledged, 1 was the last sent"));
  ASSERT_FALSE(written_.empty());
  EXPECT_TRUE(GeneralBlockTransfer::is_abort(written(0))) << "the meter is told";
}

TEST_F(ClientGeneralBlocks, AMeterThatAbortsIsNotAskedOn) {
  says(GeneralBlockTransfer::abort());
  EXPECT_THAT(failure_, HasSubstr("the other side has aborted"));
  EXPECT_TRUE(written_.empty());
}

TEST_F(ClientGeneralBlocks, ARefusalInTheMiddleIsTheAnswer) {
  const Octets refusal = encode_apdu(ExceptionResponse{
      ExceptionResponse::State::ServiceUnknown, ExceptionResponse::Service::PduTooLong, {}});
  says(refusal);
  EXPECT_EQ(answer_, refusal);
}

}  // namespace
}  // namespace metergate::dlms
