// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/dlms_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigits = "73946144332040217315";

Octets octets_of(std::string_view text) { return {text.begin(), text.end()}; }

class DlmsCapture : public testing::Test {
 protected:
  /// What stands in the file after one exchange.
  std::string captured(const dlms::Apdu& request, const std::string& answered) {
    const test::TemporaryDirectory folder;
    const std::filesystem::path file = folder.path() / "dlms.pcapng";
    const auto watch = capture_into(file, 1);
    EXPECT_TRUE(watch);
    const dlms::GetResponse response{{}, dlms::octet_string(octets_of(answered))};
    EXPECT_TRUE((*watch)(dlms::encode_apdu(request), dlms::encode_apdu(response),
                         std::chrono::milliseconds{20}));
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
};

TEST_F(DlmsCapture, AReadAndItsAnswerAreThere) {
  const auto file = captured(
      dlms::GetRequest{{}, {cosem::data::kClass, cosem::kDeviceId, cosem::data::kValue, {}}},
      "VM11000001");
  EXPECT_THAT(file, HasSubstr("0-0:96.1.0"));
  EXPECT_THAT(file, HasSubstr("VM11000001"));
}

TEST_F(DlmsCapture, WhatIsHandedToAMeterIsNot) {
  const auto file = captured(
      dlms::ActionRequest{
          {},
          {cosem::token_gateway::kClass, cosem::kTokenGateway, cosem::token_gateway::kEnter},
          dlms::octet_string(octets_of(kDigits))},
      "taken");
  EXPECT_THAT(file, Not(HasSubstr(kDigits)));
  EXPECT_THAT(file, HasSubstr("octets that are not shown"));
}

TEST_F(DlmsCapture, NorIsAnAnswerThatIsATokenOrAPassword) {
  for (const dlms::AttributeReference& attribute :
       {dlms::AttributeReference{
            cosem::token_gateway::kClass, cosem::kTokenGateway, cosem::token_gateway::kToken, {}},
        dlms::AttributeReference{cosem::association::kClass, cosem::kCurrentAssociation, 7, {}}}) {
    const auto file = captured(dlms::GetRequest{{}, attribute}, kDigits);
    EXPECT_THAT(file, Not(HasSubstr(kDigits)));
    EXPECT_THAT(file, HasSubstr("not shown"));
  }
}

}  // namespace
}  // namespace metergate::cli
