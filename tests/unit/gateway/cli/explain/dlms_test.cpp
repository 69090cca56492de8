// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/dlms.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/vector_entry.hpp"

namespace metergate::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string explained(std::string_view id, const DlmsSecrets& secrets = {}) {
  return explain_dlms(vectors::octets(vectors::dlms(id), "hex"), secrets);
}

DlmsSecrets secrets_of(const boost::json::object& vector) {
  const auto& keys = vector.at("keys").as_object();
  dlms::CipheringKeys out;
  out.unicast = crypto::SecretOctets{vectors::octets(keys, "EK")};
  out.authentication = crypto::SecretOctets{vectors::octets(keys, "AK")};
  return {.keys = out};
}

TEST(ExplainDlms, ShowsAFrameWithTheApduInIt) {
  EXPECT_THAT(explained("hdlc-i-aarq"),
              AllOf(HasSubstr("HDLC I from 16 to 1, N(S) 0, N(R) 0, P/F"),
                    HasSubstr("  AARQ: an association is asked for"),
                    HasSubstr("    context: logical names\n"), HasSubstr("get, set")));
}

TEST(ExplainDlms, ShowsWhatTheLinkAgreedOn) {
  EXPECT_THAT(explained("hdlc-ua-kamstrup"),
              HasSubstr("information transmit 116, receive 116 octets"));
}

TEST(ExplainDlms, PutsSegmentsTogether) {
  EXPECT_THAT(explained("hdlc-segmented"),
              AllOf(HasSubstr("more segments follow"), HasSubstr("octets of a longer APDU"),
                    HasSubstr("get-response-with-datablock")));
}

TEST(ExplainDlms, SaysThatAFrameDoesNotHold) {
  EXPECT_THAT(explained("hdlc-bad-fcs"), HasSubstr("did not hold"));
}

TEST(ExplainDlms, ShowsEachWrapperPdu) {
  EXPECT_THAT(explained("wrap-split"), HasSubstr("wrapper from wPort 1 to 16, 9 octets"));
}

TEST(ExplainDlms, NeverShowsAPassword) {
  EXPECT_THAT(explained("acse-aarq-lls"),
              AllOf(HasSubstr("password of 8 octets, not shown"), Not(HasSubstr("31 32 33 34")),
                    Not(HasSubstr("12345678"))));
}

TEST(ExplainDlms, NeverShowsADedicatedKey) {
  const auto vector = vectors::dlms("acse-aarq-ciphered");
  EXPECT_THAT(explained("acse-aarq-ciphered", secrets_of(vector)),
              AllOf(HasSubstr("dedicated key of 16 octets, not shown"),
                    HasSubstr("authentic under the keys given"), Not(HasSubstr("00 11 22 33"))));
}

TEST(ExplainDlms, OpensWhatItHasKeysForAndSaysWhyNot) {
  const auto vector = vectors::dlms("glo-get-30");
  DlmsSecrets secrets = secrets_of(vector);
  EXPECT_THAT(explained("glo-get-30"), HasSubstr("closed: no keys were given"));
  EXPECT_THAT(explained("glo-get-30", secrets), HasSubstr("title is not known"));
  secrets.client = dlms::SystemTitle::from(vectors::octets(vector, "system_title"));
  EXPECT_THAT(explained("glo-get-30", secrets),
              AllOf(HasSubstr("invocation counter: 19088743"), HasSubstr("get-request"),
                    HasSubstr("class 8, 0-0:1.0.0*255, attribute 2")));
  secrets.keys->unicast = crypto::SecretOctets{Octets(16, 1)};
  EXPECT_THAT(explained("glo-get-30", secrets), HasSubstr("the authentication tag does not hold"));
}

TEST(ExplainDlms, ShowsDataWithWhatItMayMean) {
  EXPECT_THAT(explained("get-res-range"), HasSubstr("structure of"));
  EXPECT_THAT(explained("get-res-error"), HasSubstr("refused: "));
  EXPECT_THAT(explained("act-req"), HasSubstr("method 1"));
}

TEST(ExplainDlms, HasAWordForEveryVector) {
  const auto file = vectors::load("dlms.json");
  vectors::each(file, "vectors", [](const boost::json::object& entry) {
    const Octets octets = vectors::octets(entry, "hex");
    EXPECT_FALSE(explain_dlms(octets, {}).empty()) << vectors::text(entry, "id");
    for (std::size_t length = 0; length < octets.size(); ++length) {
      EXPECT_FALSE(explain_dlms(OctetView{octets}.first(length), {}).empty());
    }
  });
}

class DlmsDecodeCommand : public testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    out_.str({});
    err_.str({});
    Console console{out_, err_};
    arguments.insert(arguments.begin(), {"dlms", "decode"});
    return cli::run(std::move(arguments), console);
  }
  std::ostringstream out_;
  std::ostringstream err_;
  test::TemporaryDirectory directory_;
};

TEST_F(DlmsDecodeCommand, TakesKeysFromAFile) {
  const auto vector = vectors::dlms("glo-get-30");
  const auto& keys = vector.at("keys").as_object();
  const std::string file = (directory_.path() / "keys").string();
  std::ofstream{file} << "# test keys\nek = " << vectors::text(keys, "EK")
                      << "\nak = " << vectors::text(keys, "AK") << '\n';
  EXPECT_EQ(run({"--keys", file, "--client-title", vectors::text(vector, "system_title"),
                 vectors::text(vector, "hex")}),
            kOk)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("authentic under the keys given"));
}

TEST_F(DlmsDecodeCommand, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(run({"7EA0Z"}), kUsage);
  EXPECT_EQ(run({"--client-title", "4D4D", "C001"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("16 hex digits"));
  const std::string file = (directory_.path() / "keys").string();
  std::ofstream{file} << "ek = 0011\n";
  EXPECT_EQ(run({"--keys", file, "C001"}), kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("must be 16 octets"), Not(HasSubstr("0011"))));
}

}  // namespace
}  // namespace metergate::cli
