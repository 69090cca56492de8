// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/notification.hpp"

#include <gtest/gtest.h>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::dlms {
namespace {

const Octets kPush = *hex::parse("0f 40 00 00 07 00 02 01 09 02 41 42");
const Octets kQuietPush = *hex::parse("0f 00 00 00 07 00 02 01 09 02 41 42");

TEST(Notification, OnlyWhatWantsToBeConfirmedIs) {
  EXPECT_EQ(hex::text(confirmation_of(kPush).value()), "10 40 00 00 07 00");
  EXPECT_FALSE(confirmation_of(kQuietPush));
  EXPECT_FALSE(confirmation_of(*hex::parse("c2 00 00 01 00 00 01 00 00 ff 02 00")));
  for (std::size_t octets = 0; octets < 5; ++octets) {
    EXPECT_FALSE(confirmation_of(OctetView{kPush}.first(octets)));
  }
}

TEST(Notification, CipheredInGeneralMayBeOne) {
  for (const std::uint8_t tag : Octets{0x0F, 0xC2, 0xCA, 0xD2, 0xDB, 0xDC}) {
    EXPECT_TRUE(may_be_notification(Octets{tag}));
  }
  for (const std::uint8_t tag : Octets{0x61, 0xC4, 0xC8, 0xD8, 0x10}) {
    EXPECT_FALSE(may_be_notification(Octets{tag}));
  }
  EXPECT_FALSE(may_be_notification({}));
}

class PushedSession : public testing::Test {
 protected:
  static session::Effects received(ClientSession& session, std::uint16_t source,
                                   std::uint16_t destination, const Octets& apdu) {
    return session.received(encode_wrapper({source, destination, apdu}),
                            std::chrono::steady_clock::now());
  }
  static SessionSettings settings() {
    SessionSettings out;
    out.client_port = 1;
    out.server_port = 1;
    return out;
  }
};

TEST_F(PushedSession, APushWithoutAssociationIsToldAndConfirmedToWhomItWasFor) {
  ClientSession session{settings()};
  const auto effects = received(session, 1, 102, kPush);
  ASSERT_EQ(effects.size(), 2U);
  EXPECT_EQ(hex::text(std::get<session::Write>(effects[0]).octets),
            "00 01 00 66 00 01 00 06 10 40 00 00 07 00");
  EXPECT_EQ(std::get<session::Told>(effects[1]).apdu, kPush);
  EXPECT_EQ(session.state(), SessionState::Down) << "nothing was opened for it";
}

TEST_F(PushedSession, OneThatWantsNoAnswerGetsNone) {
  ClientSession session{settings()};
  const auto effects = received(session, 1, 1, kQuietPush);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<session::Told>(effects[0]));
}

TEST_F(PushedSession, AnotherLogicalDevicesAndAnotherClientsAnswersAreNotOurs) {
  ClientSession session{settings()};
  EXPECT_TRUE(received(session, 2, 1, kPush).empty());
  EXPECT_TRUE(received(session, 1, 16, *hex::parse("c4 01 c1 00 00")).empty());
}

TEST_F(PushedSession, APushWhileAnAnswerIsWaitedForLeavesTheWaitAlone) {
  ClientSession session{settings()};
  const auto now = std::chrono::steady_clock::now();
  static_cast<void>(session.ask(encode_apdu(GetRequest{{}, {8, cosem::kClock, 2, {}}}), now));
  const SessionState before = session.state();
  EXPECT_EQ(received(session, 1, 1, kPush).size(), 2U);
  EXPECT_EQ(session.state(), before);
  EXPECT_TRUE(session.has_request());
}

}  // namespace
}  // namespace metergate::dlms
