// SPDX-License-Identifier: Apache-2.0
// What a meter pushes in frames of HDLC, while nobody has asked it anything.
#include <gtest/gtest.h>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/security/cipher.hpp"

namespace metergate::dlms {
namespace {

constexpr SystemTitle kMeter{{'M', 'T', 'G', 0, 0, 0, 0, 9}};

class HdlcPush : public testing::Test {
 protected:
  static CipheringKeys keys() {
    return {.unicast = crypto::SecretOctets{Octets(16, 1)},
            .authentication = crypto::SecretOctets{Octets(16, 2)}};
  }
  static SessionSettings settings() {
    SessionSettings out;
    out.carrier = Carrier::Hdlc;
    out.link.client = hdlc::client_address(1);
    out.association.ciphering = Ciphering::Global;
    out.association.security = ChannelSetup{.keys = keys()};
    return out;
  }
  static Octets push() {
    DataNotification out;
    out.body = octet_string(Octets(40, 0x31));
    return encode_apdu(out);
  }
  static Octets ciphered(std::uint32_t counter) {
    return cipher(keys(),
                  {.wrapping = Wrapping::GeneralGlobal,
                   .sender = kMeter,
                   .invocation_counter = counter},
                  push())
        .value();
  }
  /// In frames of at most so many octets of information; what was told of it in the end.
  Octets told(const Octets& apdu, std::size_t most = 2'000) {
    Octets information{0xE6, 0xE7, 0x00};
    information.insert(information.end(), apdu.begin(), apdu.end());
    Octets out;
    for (OctetView rest = information; !rest.empty();) {
      const OctetView part = rest.first(std::min(most, rest.size()));
      rest = rest.subspan(part.size());
      const hdlc::Frame frame{settings().link.client,
                              settings().link.server,
                              {hdlc::FrameType::Ui, false, 0, 0},
                              !rest.empty(),
                              {part.begin(), part.end()}};
      for (const auto& effect : session_.received(hdlc::encode_with_flags(frame), {})) {
        if (const auto* one = std::get_if<session::Told>(&effect)) out = one->apdu;
      }
    }
    return out;
  }

  ClientSession session_{settings()};
};

TEST_F(HdlcPush, APlainOneIsToldAsItCame) { EXPECT_EQ(told(push()), push()); }

TEST_F(HdlcPush, ACipheredOneIsToldPlain) {
  EXPECT_EQ(told(ciphered(7)), push());
  EXPECT_EQ(told(ciphered(8), 30), push()) << "in several frames";
}

TEST_F(HdlcPush, WhatIsHeardAgainOrChangedIsNotDeciphered) {
  EXPECT_EQ(told(ciphered(7)), push());
  EXPECT_EQ(told(ciphered(7)), ciphered(7)) << "a replay says that somebody spoke, no more";
  Octets forged = ciphered(9);
  forged.back() ^= 1;
  EXPECT_EQ(told(forged), forged);
}

}  // namespace
}  // namespace metergate::dlms
