// SPDX-License-Identifier: Apache-2.0
// General block transfer between our client and the virtual meter.
#include <gtest/gtest.h>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_client.hpp"

namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Carrier;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};

virtual_meter::Settings settings() {
  virtual_meter::Settings out{*SerialNumber::parse("VM00001001")};
  out.history = std::chrono::days{2};
  return out;
}

dlms::Apdu answered(DlmsBench& bench, const dlms::Apdu& request) {
  const auto answer = bench.ask(dlms::encode_apdu(request));
  if (!answer) throw std::runtime_error{answer.error().what};
  return dlms::decode_apdu(answer->octets).value();
}

const BenchOptions kWays[]{
    {.meter_pdu = 64, .block_window = 4},
    {.security = DlmsSecurity::Gmac, .meter_pdu = 100, .block_window = 63},
    {.carrier = Carrier::Hdlc, .meter_pdu = 64, .block_window = 1},
    {.security = DlmsSecurity::EcdsaP384,
     .carrier = Carrier::Hdlc,
     .meter_pdu = 200,
     .block_window = 1},
};

class GeneralBlocksTest : public testing::TestWithParam<BenchOptions> {
 protected:
  VirtualMeter meter_{settings(), kNow};
  DlmsBench bench_{meter_, kNow, GetParam()};
  const dlms::AttributeReference serial_{cosem::data::kClass, cosem::kDeviceId, 2, {}};
};

TEST_P(GeneralBlocksTest, ALongRequestGoesInBlocksThatFitTheMeter) {
  const auto set =
      answered(bench_, dlms::SetRequest{{}, serial_, dlms::octet_string(Octets(1'000, 0x31))});
  EXPECT_EQ(std::get<dlms::SetResponse>(set).result, AccessResult::ReadWriteDenied)
      << "it arrived whole: the serial number is not to be written";
  EXPECT_GT(bench_.general_blocks_sent(), 4U);
  const auto acted = answered(
      bench_, dlms::ActionRequest{{},
                                  {cosem::association::kClass, cosem::kCurrentAssociation, 99},
                                  dlms::octet_string(Octets(300, 1))});
  EXPECT_NE(std::get<dlms::ActionResponse>(acted).outcome.result, AccessResult::Success);
}

TEST_P(GeneralBlocksTest, ALongListIsAskedForInBlocks) {
  const dlms::GetRequestList list{{}, std::vector(20, serial_)};
  const auto read = answered(bench_, list);
  const auto& results = std::get<dlms::GetResponseList>(read).results;
  ASSERT_EQ(results.size(), 20U);
  EXPECT_EQ(dlms::text_of(std::get<dlms::Data>(results.back())), "VM00001001");
  EXPECT_GT(bench_.general_blocks_sent(), 1U);
}

TEST_P(GeneralBlocksTest, WhatFitsGoesWithout) {
  static_cast<void>(answered(bench_, dlms::GetRequest{{}, serial_}));
  EXPECT_EQ(bench_.general_blocks_sent(), 0U);
}

TEST_P(GeneralBlocksTest, ALongAnswerComesInBlocks) {
  bench_.settings().association.max_receive_pdu = 128;
  bench_.restart();
  const auto read = answered(
      bench_, dlms::GetRequest{{}, {cosem::profile_generic::kClass, cosem::kLoadProfile, 2, {}}});
  const auto& rows = std::get<dlms::Data>(std::get<dlms::GetResponse>(read).result);
  EXPECT_GT(dlms::encode_data(rows).size(), 500U);
  EXPECT_GT(bench_.general_blocks_sent(), 3U) << "each block was acknowledged";
}

INSTANTIATE_TEST_SUITE_P(Ways, GeneralBlocksTest, testing::ValuesIn(kWays),
                         [](const auto& way) { return "Way" + std::to_string(way.index); });

class ServerOfGeneralBlocks : public testing::Test {
 protected:
  void open(dlms::Conformance conformance) {
    client_.number = kDlmsManagementClient;
    client_.conformance = conformance;
    ASSERT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
  }
  VirtualMeter meter_{settings(), kNow};
  DlmsSetup setup_ = dlms_setup(*SerialNumber::parse("VM00001001"), DlmsSecurity::None);
  DlmsCounters counters_;
  DlmsServer server_{setup_, counters_, fixed_challenge};
  TestDlmsClient client_{server_, meter_, kNow};
};

TEST_F(ServerOfGeneralBlocks, BlocksNobodyAgreedOnAreRefused) {
  open(client_.conformance);
  const auto answer = client_.ask(dlms::GeneralBlock{true, false, 1, 1, 0, {0xC0}});
  EXPECT_TRUE(std::holds_alternative<dlms::ExceptionResponse>(answer));
}

TEST_F(ServerOfGeneralBlocks, AWrongNumberIsToldWhereTheMeterStands) {
  open(dlms_conformance());
  const auto answer = client_.ask(dlms::GeneralBlock{false, false, 1, 5, 0, {0xC0}});
  EXPECT_EQ(std::get<dlms::GeneralBlock>(answer).acknowledged, 0);
}

TEST_F(ServerOfGeneralBlocks, BlocksWithinBlocksAreRefused) {
  open(dlms_conformance());
  const auto answer = client_.ask(dlms::GeneralBlock{true, false, 1, 1, 0, {0xE0, 0x80}});
  EXPECT_TRUE(std::holds_alternative<dlms::ExceptionResponse>(answer));
}

TEST_F(ServerOfGeneralBlocks, ARequestLongerThanIsTakenIsAborted) {
  open(dlms_conformance());
  dlms::Apdu answer;
  for (std::uint16_t number = 1; number < 10; ++number) {
    answer = client_.ask(dlms::GeneralBlock{false, false, 1, number, 0, Octets(4'000, 1)});
    if (dlms::GeneralBlockTransfer::is_abort(std::get<dlms::GeneralBlock>(answer))) break;
  }
  EXPECT_TRUE(dlms::GeneralBlockTransfer::is_abort(std::get<dlms::GeneralBlock>(answer)));
}

}  // namespace
}  // namespace metergate::sim
