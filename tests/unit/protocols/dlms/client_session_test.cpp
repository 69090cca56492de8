// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/client_session.hpp"

#include <gtest/gtest.h>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::dlms {
namespace {

/// A session over the wrapper that has asked for the meter's time and waits for the answer.
class AskingSession : public testing::Test {
 protected:
  AskingSession() {
    static_cast<void>(session_.ask(encode_apdu(GetRequest{{}, {8, cosem::kClock, 2, {}}}), now_));
    // accepted, in the lowest mechanism, with a conformance of get and selective access
    static_cast<void>(
        hears("61 29 a1 09 06 07 60 85 74 05 08 01 01 a2 03 02 01 00 a3 05 a1 03 02 01 00 "
              "be 10 04 0e 08 00 06 5f 1f 04 00 00 00 14 02 00 00 07"));
    EXPECT_EQ(session_.state(), SessionState::Asking);
  }
  session::Effects hears(std::string_view apdu) {
    return session_.received(encode_wrapper({1, 1, *hex::parse(apdu)}), now_);
  }
  static SessionSettings settings() {
    SessionSettings out;
    out.client_port = 1;
    out.server_port = 1;
    return out;
  }

  ClientSession session_{settings()};
  Instant now_{};
};

TEST_F(AskingSession, WhatWasNoAnswerIsHandedOverWithTheReason) {
  constexpr std::string_view kOneOctetTooMany = "c4 01 c1 00 11 05 77";
  const auto effects = hears(kOneOctetTooMany);
  ASSERT_FALSE(effects.empty());
  const auto* failed = std::get_if<session::Failed>(effects.data());
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->reason, session::Failed::Reason::Broken);
  EXPECT_EQ(failed->what, "the answer is no APDU: octets left over at octet 6");
  EXPECT_EQ(hex::text(failed->heard), kOneOctetTooMany);
  EXPECT_TRUE(failed->request_left);
}

TEST_F(AskingSession, WhereNothingCameNothingIsHandedOver) {
  const auto effects = session_.wire_lost();
  ASSERT_FALSE(effects.empty());
  const auto* failed = std::get_if<session::Failed>(effects.data());
  ASSERT_NE(failed, nullptr);
  EXPECT_TRUE(failed->heard.empty());
}

}  // namespace
}  // namespace metergate::dlms
