// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/attribute_names.hpp"

#include <gmock/gmock.h>

#include "tests/support/dlms_client.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
const SerialNumber kSerial = *SerialNumber::parse("VM00001001");

class DlmsAttributeNames : public testing::Test {
 protected:
  explicit DlmsAttributeNames(virtual_meter::Settings settings = made())
      : meter_{std::move(settings), kNow} {
    client_.number = sim::kDlmsManagementClient;
    EXPECT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
  }
  static virtual_meter::Settings made() {
    virtual_meter::Settings out{kSerial};
    out.supply = SupplyState::On;
    out.balance_minor = 300;
    out.load_limit_w = 2'000;
    return out;
  }
  std::string told(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t attribute) {
    const auto result = client_.get(class_id, name, attribute);
    const auto* data = std::get_if<dlms::Data>(&result);
    const FieldName* is = attribute_name(class_id, attribute);
    if (data == nullptr || is == nullptr) return "nothing";
    Outline out;
    outline_named(out, 0, *is, *data);
    return out.text();
  }

  virtual_meter::VirtualMeter meter_;
  sim::DlmsSetup setup_ = sim::dlms_setup(kSerial, sim::DlmsSecurity::None);
  sim::DlmsCounters memory_;
  sim::DlmsServer server_{setup_, memory_, sim::fixed_challenge};
  sim::TestDlmsClient client_{server_, meter_, kNow};
};

TEST_F(DlmsAttributeNames, AnAccountTellsItsModeAndWhereItStands) {
  EXPECT_EQ(told(111, cosem::kAccount, 2),
            "account_mode_and_status: structure of 2\n"
            "  account_mode: enum 2  = prepayment\n"
            "  account_status: enum 2  = active\n");
  EXPECT_EQ(told(111, cosem::kAccount, 4),
            "current_credit_status: bit-string 11000000  = in credit, low credit\n");
  EXPECT_EQ(told(111, cosem::kAccount, 5), "available_credit: double-long 300\n");
  EXPECT_THAT(told(111, cosem::kAccount, 11),
              HasSubstr("    credit: octet-string 00 00 13 0a 00 ff  = 0-0:19.10.0*255"));
}

TEST_F(DlmsAttributeNames, ALimiterTellsTheLimitOfTheMeter) {
  EXPECT_EQ(told(71, cosem::kLimiter, 3), "threshold_active: double-long-unsigned 2000\n");
  EXPECT_THAT(told(71, cosem::kLimiter, 2), HasSubstr("  logical_name: octet-string"));
}

TEST_F(DlmsAttributeNames, ACalendarTellsTheTariffInForceAndTheOneThatWaits) {
  const Tariff next{12, {71, "North Power"}, 27};
  const auto at = kNow + std::chrono::hours{5};
  ASSERT_TRUE(meter_.perform(operation::SetTariff{next, at, 1}, kNow));
  EXPECT_THAT(told(20, cosem::kActivityCalendar, 6), HasSubstr("\"12\""));
  EXPECT_THAT(told(20, cosem::kActivityCalendar, 10), HasSubstr("2026-03-02 05:00:00"));
  EXPECT_THAT(told(20, cosem::kActivityCalendar, 5), HasSubstr("schedule: array of 1"));
  EXPECT_THAT(told(20, cosem::kActivityCalendar, 4), HasSubstr("    sunday: unsigned 1"));
}

TEST_F(DlmsAttributeNames, EveryAttributeOfANamedClassHasAName) {
  for (const sim::DlmsObject& object : sim::dlms_objects()) {
    if (class_names(object.class_id) == nullptr) continue;
    for (std::int8_t number = 1; number <= object.attributes; ++number) {
      EXPECT_NE(attribute_name(object.class_id, number), nullptr)
          << object.class_id << ':' << int{number};
    }
  }
  EXPECT_EQ(class_names(9'999), nullptr);
  EXPECT_EQ(attribute_name(111, 99), nullptr);
}

TEST_F(DlmsAttributeNames, AnUnknownNumberHasNoWord) {
  Outline out;
  outline_named(out, 0, *attribute_name(70, 3), dlms::Data{dlms::Enum{200}});
  EXPECT_EQ(out.text(), "control_state: enum 200\n");
}

}  // namespace
}  // namespace metergate::cli
