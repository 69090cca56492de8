// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/tls_handshake.hpp"

#include <gmock/gmock.h>

#include "protocols/crypto/tls_defaults.hpp"
#include "tests/unit/protocols/crypto/tls_peer.hpp"

namespace metergate::crypto {
namespace {

using test::Authority;
using test::Identity;
using test::Server;
using test::Wish;
using testing::HasSubstr;
using State = TlsHandshake::State;

constexpr auto kHost = "broker.example.org";
constexpr auto kAlternative = "DNS:broker.example.org,IP:192.0.2.7";

class TlsHandshakes : public testing::Test {
 protected:
  [[nodiscard]] TlsHandshake::Credentials trusting() const {
    return {authority_.trusted_pem(), {}, {}};
  }
  [[nodiscard]] static TlsHandshake begun(const std::string& host,
                                          const TlsHandshake::Credentials& credentials) {
    return TlsHandshake::begin(host, credentials).value();
  }
  /// Until neither says anything more.
  static void talk(TlsHandshake& client, Server& server) {
    Octets to_server = client.received({});
    while (!to_server.empty()) {
      to_server = client.received(server.received(to_server));
    }
  }
  /// What the client makes of this server.
  TlsHandshake after_talk(const Identity& identity, const Server::Settings& settings = {},
                          const std::string& host = kHost) {
    TlsHandshake client = begun(host, trusting());
    Server server{identity, settings};
    talk(client, server);
    return client;
  }

  Authority authority_;
  Identity broker_ = authority_.issue({"broker", kAlternative});
};

TEST_F(TlsHandshakes, AServerOfTheAuthorityThatHasTheNameIsTrusted) {
  for (const std::string host : {kHost, "192.0.2.7"}) {
    const TlsHandshake client = after_talk(broker_, {}, host);
    EXPECT_EQ(client.state(), State::Done) << client.why();
    EXPECT_EQ(client.version(), "TLSv1.3");
    ASSERT_TRUE(client.server());
    EXPECT_EQ(client.server()->subject, "CN=broker,O=metergate tests");
  }
}

TEST_F(TlsHandshakes, NothingIsKnownOfAServerThatSaidNothing) {
  TlsHandshake client = begun(kHost, trusting());
  EXPECT_FALSE(client.received({}).empty()) << "the client begins";
  EXPECT_EQ(client.state(), State::Running);
  EXPECT_FALSE(client.server());
}

TEST_F(TlsHandshakes, AServerThatIsNotTheOneIsNotTrustedAndWhyIsSaid) {
  constexpr std::chrono::hours kHour{1};
  Authority stranger{"stranger"};
  Authority namesake;
  struct Untrusted {
    Identity identity;
    const char* why;
  };
  Untrusted all[] = {
      {stranger.issue({"broker", kAlternative}), "unable to get local issuer certificate"},
      {namesake.issue({"broker", kAlternative}), "certificate signature failure"},
      {authority_.issue({"other", "DNS:other.example.org"}), "hostname mismatch"},
      {authority_.issue({"old", kAlternative, -2 * kHour, -kHour}), "certificate has expired"},
      {authority_.issue({"young", kAlternative, kHour, 2 * kHour}), "certificate is not yet valid"},
  };
  for (const Untrusted& one : all) {
    const TlsHandshake client = after_talk(one.identity);
    EXPECT_EQ(client.state(), State::Failed);
    EXPECT_EQ(client.why(), std::string{"its certificate is not trusted: "} + one.why);
  }
  EXPECT_EQ(after_talk(broker_, {}, "192.0.2.8").why(),
            "its certificate is not trusted: IP address mismatch");
}

// RFC 5280, 5: a list of each authority above, in force, that does not name the server.
TEST_F(TlsHandshakes, ARevokedServerAndOneWithoutListAreRefused) {
  refuse_revoked_servers();
  EXPECT_EQ(after_talk(broker_).state(), State::Done);

  TlsHandshake without = begun(kHost, {authority_.certificate_pem(), {}, {}});
  Server server{broker_, {}};
  talk(without, server);
  EXPECT_EQ(without.why(), "its certificate is not trusted: unable to get certificate CRL");

  authority_.revoke(broker_);
  EXPECT_EQ(after_talk(broker_).why(), "its certificate is not trusted: certificate revoked");
}

TEST_F(TlsHandshakes, OldVersionsAndSuitesWithoutForwardSecrecyOrAuthenticityAreNotSpoken) {
  const TlsHandshake good =
      after_talk(broker_, {.newest = TLS1_2_VERSION, .suites = "ECDHE-ECDSA-AES128-GCM-SHA256"});
  EXPECT_EQ(good.state(), State::Done) << good.why();
  EXPECT_EQ(good.version(), "TLSv1.2");

  const TlsHandshake old = after_talk(broker_, {.newest = TLS1_1_VERSION, .suites = "ALL"});
  EXPECT_EQ(old.state(), State::Failed);
  EXPECT_THAT(old.why(), HasSubstr("protocol version"));

  const TlsHandshake weak =
      after_talk(broker_, {.newest = TLS1_2_VERSION, .suites = "ECDHE-ECDSA-AES128-SHA"});
  EXPECT_EQ(weak.state(), State::Failed);
  EXPECT_THAT(weak.why(), HasSubstr("handshake failure"));
}

TEST_F(TlsHandshakes, AServerThatAsksForOurCertificateGetsIt) {
  const Identity own = authority_.issue({"gateway"});
  TlsHandshake client =
      begun(kHost, {authority_.trusted_pem(), own.certificate_pem() + authority_.certificate_pem(),
                    own.key_pem()});
  Server server{broker_, {.wants_certificate = true}};
  talk(client, server);
  EXPECT_EQ(client.state(), State::Done) << client.why();
  EXPECT_TRUE(server.has_certificate_of_client());
}

// RFC 8446, 4.4.4: the client is through before the server has seen its certificate.
TEST_F(TlsHandshakes, ARefusalAfterTheEndOfTheHandshakeIsHeard) {
  const TlsHandshake client = after_talk(broker_, {.wants_certificate = true});
  EXPECT_EQ(client.state(), State::Failed);
  EXPECT_THAT(client.why(), HasSubstr("certificate required"));
}

TEST_F(TlsHandshakes, AServerThatClosesIsSaidToHaveClosed) {
  TlsHandshake client = begun(kHost, trusting());
  Server server{broker_, {}};
  talk(client, server);
  ASSERT_EQ(client.state(), State::Done);
  static_cast<void>(client.received(server.close()));
  EXPECT_EQ(client.state(), State::Failed);
  EXPECT_EQ(client.why(), "it closed the connection");
}

TEST_F(TlsHandshakes, WhatSpeaksNoTlsIsNoServer) {
  TlsHandshake client = begun(kHost, trusting());
  static_cast<void>(client.received({}));
  const std::string_view other = "HTTP/1.1 400 Bad Request\r\n\r\n";
  static_cast<void>(client.received(Octets(other.begin(), other.end())));
  EXPECT_EQ(client.state(), State::Failed);
  EXPECT_EQ(client.why(), "wrong version number");
}

TEST_F(TlsHandshakes, WhatIsWrongWithOurOwnFilesIsSaidBeforeAnythingIsSent) {
  const Identity own = authority_.issue({"gateway"});
  const Identity other = authority_.issue({"other"});
  const std::string trusted = authority_.trusted_pem();
  struct Wrong {
    TlsHandshake::Credentials credentials;
    const char* why;
  };
  const Wrong all[] = {
      {{"no PEM", {}, {}}, "the authority's file holds no certificate in PEM"},
      {{own.key_pem(), {}, {}}, "the authority's file holds no certificate in PEM"},
      {{trusted, own.key_pem(), own.key_pem()},
       "our certificate's file holds no certificate in PEM"},
      {{trusted, own.certificate_pem(), {}}, "the key's file holds no plain private key"},
      {{trusted, own.certificate_pem(), own.sealed_key_pem()},
       "the key's file holds no plain private key"},
      {{trusted, own.certificate_pem(), own.certificate_pem()},
       "the key's file holds no plain private key"},
      {{trusted, own.certificate_pem(), other.key_pem()},
       "the private key is not the one of our certificate"},
  };
  for (const Wrong& wrong : all) {
    const auto begun = TlsHandshake::begin(kHost, wrong.credentials);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error(), wrong.why);
  }
}

TEST_F(TlsHandshakes, WithoutAnAuthorityOfOurOwnThoseOfTheSystemCount) {
  TlsHandshake client = begun(kHost, {});
  Server server{broker_, {}};
  talk(client, server);
  EXPECT_EQ(client.why(), "its certificate is not trusted: unable to get local issuer certificate");
}

}  // namespace
}  // namespace metergate::crypto
