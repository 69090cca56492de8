// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/model_file.hpp"
#include "gateway/drivers/modbus_driver.hpp"
#include "gateway/sim/modbus/slave.hpp"
#include "tests/support/changing_meter.hpp"

// Changes of tenancy, supplier and tariff through the registers of the shipped model: the driver on
// one side, the simulated slave on the other.
namespace metergate {
namespace {

using namespace virtual_meter::changing;
using operation::MeterRefusal;
using testing::HasSubstr;
using virtual_meter::VirtualMeter;

class ModbusChangesTest : public testing::Test {
 protected:
  static const model::MeterModel& shipped() {
    static const model::MeterModel loaded =
        config::load_model(std::string{METERGATE_SOURCE_DIR} +
                           "/meters/models/data/virtual-prepayment-modbus.toml")
            .value();
    return loaded;
  }

  OperationResult perform(const operation::Operation& operation) {
    const Now now{Instant{}, UtcTime{at_}};
    const auto exchange = driver_.start(operation, {1, ""}, Pace::Full);
    DriverStep step = exchange->begin(now);
    while (!std::holds_alternative<Finished>(step)) {
      if (std::holds_alternative<Pause>(step)) {
        step = exchange->resume(now);
        continue;
      }
      ++requests_;
      const WireRequest& request = std::get<Transact>(step).request;
      auto pdu = slave_.serve(meter_, request.octets, at_);
      if (spoil_) spoil_(*pdu);
      step = exchange->answered(WireAnswer{std::move(*pdu), 5ms}, now);
    }
    return std::get<Finished>(step).result;
  }
  operation::OrderAnswer order(const operation::Operation& operation) {
    return std::get<operation::OrderAnswer>(perform(operation).value());
  }

  model::MeterModel model_ = shipped();
  ModbusDriver driver_{model_, 0};
  VirtualMeter meter_{in_service(), kNow};
  sim::ModbusSlave slave_{model_};
  UtcSeconds at_ = kNow;
  int requests_ = 0;
  std::function<void(Octets&)> spoil_;
};

TEST_F(ModbusChangesTest, ChangeOfTenancyArrivesAsItWasAsked) {
  auto asked = tenancy(kMidnight, 7, ChangeActions::of_bits(0b101'0011), RelayAfter::Armed);
  ASSERT_TRUE(taken(order(asked)));
  const auto& got = meter_.pending_tenancy();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->effective, kMidnight);
  EXPECT_EQ(got->actions, asked.actions);
  EXPECT_EQ(got->relay, RelayAfter::Armed);
  EXPECT_EQ(got->event_id, asked.event_id);
  EXPECT_EQ(got->transaction, 7U);
  ASSERT_TRUE(taken(order(tenancy(operation::kNever, 8))));
  EXPECT_FALSE(meter_.pending_tenancy());
  ASSERT_TRUE(taken(order(tenancy(std::nullopt, 9))));
  EXPECT_EQ(meter_.changes_fired().size(), 1U);
}

TEST_F(ModbusChangesTest, ChangeOfSupplierArrivesWithItsName) {
  ASSERT_TRUE(taken(order(supplier(kMidnight, 3))));
  ASSERT_TRUE(meter_.pending_supplier());
  EXPECT_EQ(meter_.pending_supplier()->supplier, (Supplier{2, "South Power"}));
  EXPECT_EQ(meter_.pending_supplier()->event_id, 703U);
  auto longest = supplier(std::nullopt, 4);
  longest.supplier.name = "Sixteen letters!";
  ASSERT_TRUE(taken(order(longest)));
  EXPECT_EQ(meter_.tariff().active.supplier.name, "Sixteen letters!");
}

TEST_F(ModbusChangesTest, TariffsAreReadAsTheyWereSetInOneRequest) {
  ASSERT_TRUE(taken(order(tariff(7, 1, std::nullopt, 1))));
  ASSERT_TRUE(taken(order(tariff(9, 2, kMidnight + 1h, 2))));
  ASSERT_TRUE(taken(order(tariff(8, 1, kMidnight, 3))));
  requests_ = 0;
  const auto reading = std::get<TariffReading>(perform(operation::ReadTariff{}).value());
  EXPECT_EQ(requests_, 1);
  EXPECT_EQ(reading.active, (Tariff{7, {1, "Supplier 1"}, 40}));
  EXPECT_EQ(reading.pending, meter_.tariff().pending);
  EXPECT_EQ(reading.read_at, UtcTime{kNow});
  ASSERT_EQ(reading.pending.size(), 2U);
  EXPECT_EQ(reading.pending.front().tariff.id, 8U);
}

TEST_F(ModbusChangesTest, BillingSnapshotsComeInPages) {
  for (operation::TransactionId id = 1; id <= 9; ++id) {
    ASSERT_TRUE(taken(order(tariff(id, 1, std::nullopt, id))));
  }
  const auto& all = meter_.billing();
  ASSERT_EQ(all.size(), 10U);
  const auto first = std::get<operation::BillingPage>(perform(operation::ReadBilling{0}).value());
  EXPECT_EQ(first.snapshots, (std::vector<BillingSnapshot>{all.begin(), all.begin() + 8}));
  EXPECT_FALSE(first.complete);
  const auto second = std::get<operation::BillingPage>(
      perform(operation::ReadBilling{first.snapshots.back().sequence}).value());
  EXPECT_EQ(second.snapshots, (std::vector<BillingSnapshot>{all.begin() + 8, all.end()}));
  EXPECT_TRUE(second.complete);
}

TEST_F(ModbusChangesTest, MetersNoAndItsReasonAreReadBack) {
  auto purging = supplier(std::nullopt, 1);
  purging.actions.add(ChangeAction::PurgeProfile);
  EXPECT_EQ(why(order(purging)), MeterRefusal::OutOfRange);
  ASSERT_TRUE(taken(order(tenancy(kMidnight, 5))));
  EXPECT_EQ(why(order(tenancy(std::nullopt, 5))), MeterRefusal::StaleTransaction);
  EXPECT_TRUE(meter_.changes_fired().empty());
  const auto evidence =
      std::get<operation::TransactionEvidence>(perform(operation::ReadTransaction{5}).value());
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(evidence));
}

TEST_F(ModbusChangesTest, ActionTheMeterDoesNotKnowIsAnIllegalValue) {
  const model::Block& block = *model_.modbus.change_tenancy;
  modbus::Registers values(block.registers());
  values[1] = 1;       // transaction
  values[4] = 0x8000;  // an action of nobody's
  const auto pdu = slave_.serve(
      meter_, modbus::encode_request(modbus::WriteRegisters{block.address, values}), kNow);
  EXPECT_EQ(*pdu, (Octets{0x90, 0x03}));
  EXPECT_TRUE(meter_.orders().empty());
}

TEST_F(ModbusChangesTest, WhatTheRegistersCannotMeanIsMeaningless) {
  spoil_ = [](Octets& pdu) { pdu[2 + 2 * 14] = 9; };  // nine tariffs in a window for four
  const auto tariffs = perform(operation::ReadTariff{});
  ASSERT_FALSE(tariffs);
  EXPECT_EQ(tariffs.error().reason, OperationFault::Reason::Meaningless);
  spoil_ = [](Octets& pdu) { pdu[2 + 2 * 6] = 1; };  // the first character of the name
  EXPECT_THAT(perform(operation::ReadTariff{}).error().what, HasSubstr("supplier is no name"));
  spoil_ = [](Octets& pdu) { pdu[3 + 2 * 6] = 77; };  // the cause of the first snapshot
  EXPECT_THAT(perform(operation::ReadBilling{}).error().what,
              HasSubstr("has cause 77; expected 1 to 7"));
}

TEST_F(ModbusChangesTest, ModelWithoutTheBlockSaysSo) {
  model_.modbus.change_tenancy.reset();
  model_.modbus.billing.reset();
  EXPECT_EQ(perform(tenancy(std::nullopt, 1)).error().reason, OperationFault::Reason::Unsupported);
  EXPECT_EQ(perform(operation::ReadBilling{}).error().reason, OperationFault::Reason::Unsupported);
}

}  // namespace
}  // namespace metergate
