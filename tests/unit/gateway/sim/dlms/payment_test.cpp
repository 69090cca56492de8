// SPDX-License-Identifier: Apache-2.0
// What the payment objects of the virtual DLMS meter tell follows what the meter is.
#include <gtest/gtest.h>

#include "meters/virtual/test_keys.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/dlms_client.hpp"

namespace metergate::sim {
namespace {

using dlms::Data;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};
const SerialNumber kSerial = *SerialNumber::parse("VM00001001");

struct Bench {
  explicit Bench(virtual_meter::Settings settings) : meter{std::move(settings), kNow} {
    client.number = kDlmsManagementClient;
    EXPECT_EQ(client.associate().result, dlms::AssociationResult::Accepted);
  }
  Data value(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t attribute) {
    return std::get<Data>(client.get(class_id, name, attribute));
  }

  VirtualMeter meter;
  DlmsSetup setup = dlms_setup(kSerial, DlmsSecurity::None);
  DlmsCounters memory;
  DlmsServer server{setup, memory, fixed_challenge};
  TestDlmsClient client{server, meter, kNow};
};

virtual_meter::Settings settings() {
  virtual_meter::Settings out{kSerial};
  out.history = std::chrono::days{1};
  out.supply = SupplyState::On;
  return out;
}

std::int64_t first_field(const Data& data) {
  return *dlms::integer_of(dlms::structure_of(data, 1)->front());
}

TEST(DlmsPayment, TheAccountTellsThePaymentMode) {
  auto credit = settings();
  credit.prepayment = false;
  EXPECT_EQ(first_field(Bench{credit}.value(111, cosem::kAccount, 2)), 1);
  EXPECT_EQ(first_field(Bench{settings()}.value(111, cosem::kAccount, 2)), 2);
}

TEST(DlmsPayment, TheAccountTellsThatItIsOutOfCredit) {
  auto empty = settings();
  empty.balance_minor = 0;
  Bench bench{empty};
  bench.meter.advance(kNow + std::chrono::minutes{5});
  const Data status = bench.value(111, cosem::kAccount, 4);
  ASSERT_TRUE(bench.meter.relay().causes.has(SupplyCauses::kNoCredit));
  EXPECT_EQ(status.get_if<dlms::BitString>()->octets, Octets{0x02});
  Bench full{settings()};
  EXPECT_EQ(full.value(111, cosem::kAccount, 4).get_if<dlms::BitString>()->octets, Octets{0x80});
}

TEST(DlmsPayment, TheLimiterTellsTheLimitOrNone) {
  auto limited = settings();
  limited.load_limit_w = 3'500;
  EXPECT_EQ(dlms::integer_of(Bench{limited}.value(71, cosem::kLimiter, 3)), 3'500);
  EXPECT_EQ(dlms::integer_of(Bench{settings()}.value(71, cosem::kLimiter, 3)), 0xFFFF'FFFF);
}

TEST(DlmsPayment, StsAttributesNameTheKeyTheMeterHas) {
  auto keyed = settings();
  keyed.keys = virtual_meter::test_keys::meter_keys(kSerial, {});
  Bench bench{keyed};
  const auto state = bench.meter.token_state();
  const sts::MeterKey& key = state->keys.decoder;
  const auto number = [&](std::int8_t attribute) {
    return dlms::integer_of(bench.value(116, cosem::kStsAttributes, attribute));
  };
  EXPECT_EQ(number(cosem::sts::kSupplyGroup), key.supply_group.value_or(0));
  EXPECT_EQ(number(cosem::sts::kTariffIndex), key.tariff_index);
  EXPECT_EQ(number(cosem::sts::kKeyRevision), key.key_revision);
  EXPECT_EQ(number(cosem::sts::kAlgorithm), 7);
  const Data pan = bench.value(116, cosem::kStsAttributes, cosem::sts::kMeterPan);
  const auto& fields = *dlms::structure_of(pan, 3);
  const std::string digits = bench.meter.token_state()->keys.pan.digits();
  EXPECT_EQ(std::to_string(*dlms::integer_of(fields[0])), digits.substr(0, 6));
  EXPECT_EQ(std::to_string(*dlms::integer_of(fields[2])), digits.substr(17));

  Bench open{settings()};
  EXPECT_TRUE(open.value(116, cosem::kStsAttributes, 6).is<dlms::NullData>());
}

}  // namespace
}  // namespace metergate::sim
