// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modbus/slave.hpp"

#include <gtest/gtest.h>

#include "tests/support/sim_model.hpp"

namespace metergate::sim {
namespace {

using modbus::FunctionCode;

class ModbusSlaveTest : public testing::Test {
 protected:
  modbus::Response ask(const modbus::Request& request) {
    const auto pdu = slave_.serve(meter_, modbus::encode_request(request), kStreetTime);
    EXPECT_TRUE(pdu);
    const auto response = modbus::decode_response(request, *pdu);
    EXPECT_TRUE(response);
    return *response;
  }
  modbus::Registers read(std::uint16_t address, std::uint16_t count) {
    const auto response =
        ask(modbus::ReadRegisters{FunctionCode::ReadHoldingRegisters, address, count});
    const auto* values = std::get_if<modbus::RegistersRead>(&response);
    return values == nullptr ? modbus::Registers{} : values->values;
  }
  std::uint8_t exception_of(const modbus::Request& request) {
    const modbus::Response response = ask(request);
    const auto* exception = std::get_if<modbus::Exception>(&response);
    return exception == nullptr ? std::uint8_t{0} : exception->code;
  }
  modbus::WriteRegisters token_order(std::uint32_t id, const Token& token) const {
    const auto& fields = model_.modbus.token->fields;
    return {kTokenAt,
            model::encode_fields({{fields[0], id, {}}, {fields[1], 0, token.digits.reveal()}})};
  }

  model::MeterModel model_ = sim_model();
  virtual_meter::VirtualMeter meter_{street_meter(1), kStreetTime};
  ModbusSlave slave_{model_};
};

TEST_F(ModbusSlaveTest, ShowsRegistersInTheModelsTypesAndScales) {
  const auto values = read(0, 5);
  const auto reading =
      std::get<RegisterReading>(*meter_.perform(operation::ReadRegisters{}, kStreetTime));
  EXPECT_EQ((values.at(0) << 16U) + values.at(1), reading.values.at(0).value.mantissa);
  EXPECT_EQ((values.at(2) << 16U) + values.at(3), meter_.balance_minor());
  EXPECT_NEAR(values.at(4), 2300, 30);
}

TEST_F(ModbusSlaveTest, IdentifiesItself) {
  const auto fields =
      model::decode_fields(model_.modbus.identification->fields, read(kSerialAt, 16));
  EXPECT_EQ(fields.at(0).text, "VM-1");
}

TEST_F(ModbusSlaveTest, UnnamedRegistersAndHalfOrdersAreIllegalAddresses) {
  model_.modbus.gaps_readable = false;
  EXPECT_EQ(exception_of(modbus::ReadRegisters{FunctionCode::ReadHoldingRegisters, 4, 2}), 2);
  EXPECT_EQ(exception_of(modbus::ReadRegisters{FunctionCode::ReadInputRegisters, 0, 2}), 2);
  EXPECT_EQ(exception_of(modbus::WriteRegister{kTokenAt, 1}), 2);
  EXPECT_EQ(exception_of(modbus::WriteRegisters{kTokenAt, {0, 1, 2}}), 2);
  EXPECT_TRUE(meter_.orders().empty());
}

TEST_F(ModbusSlaveTest, UnknownFunctionsAndImpossibleCountsAreNamed) {
  EXPECT_EQ(*slave_.serve(meter_, Octets{0x2B, 0x0E, 1, 0}, kStreetTime), (Octets{0xAB, 1}));
  EXPECT_EQ(*slave_.serve(meter_, Octets{0x03, 0, 0, 0, 0}, kStreetTime), (Octets{0x83, 3}));
}

TEST_F(ModbusSlaveTest, TokenIsTakenAndItsVerdictStandsInTheTransactionBlock) {
  const Token token = virtual_meter::utrn_credit(1, 250, 7);
  EXPECT_EQ(exception_of(token_order(5, token)), 0);
  EXPECT_EQ(read(kTransactionAt, 6), (modbus::Registers{0, 5, 1, 0, 0, 250}));
  EXPECT_EQ(exception_of(token_order(6, token)), 0);
  const auto duplicate = virtual_meter::refusal_number(operation::MeterRefusal::Duplicate);
  EXPECT_EQ(read(kTransactionAt, 6), (modbus::Registers{0, 6, 1, duplicate, 0, 0}));
}

TEST_F(ModbusSlaveTest, TransactionIdThatDoesNotGrowIsAnIllegalValue) {
  EXPECT_EQ(exception_of(token_order(5, virtual_meter::utrn_credit(1, 250, 7))), 0);
  EXPECT_EQ(exception_of(token_order(5, virtual_meter::utrn_credit(1, 250, 8))), 3);
  EXPECT_EQ(read(kTransactionAt, 2), (modbus::Registers{0, 5}));
}

TEST_F(ModbusSlaveTest, RelayIsOperatedAndShown) {
  EXPECT_EQ(read(kRelayAt, 5), (modbus::Registers{2, 0, 0, 0, 0}));
  EXPECT_EQ(exception_of(modbus::WriteRegisters{kOperateAt, {0, 9, 0}}), 0);
  EXPECT_EQ(read(kRelayAt, 5), (modbus::Registers{0, SupplyCauses::kRemote, 1, 0, 9}));
  EXPECT_EQ(exception_of(modbus::WriteRegisters{kOperateAt, {0, 10, 7}}), 3);
}

TEST_F(ModbusSlaveTest, ProfileWindowIsReadInOneExchange) {
  const auto whole = meter_.intervals(UtcSeconds{}, UtcSeconds::max());
  std::vector<std::int64_t> values;
  auto from = static_cast<std::uint32_t>(whole.front().start.time_since_epoch().count());
  const auto to = static_cast<std::uint32_t>(kStreetTime.time_since_epoch().count());
  bool more = true;
  while (more) {
    const auto response = ask(modbus::ReadWriteRegisters{
        kProfileAt,
        100,
        kProfileSelectAt,
        {static_cast<std::uint16_t>(from >> 16U), static_cast<std::uint16_t>(from),
         static_cast<std::uint16_t>(to >> 16U), static_cast<std::uint16_t>(to)}});
    const auto& window = std::get<modbus::RegistersRead>(response).values;
    for (std::size_t i = 0; i < window.at(0); ++i) values.push_back(window.at(4 + i * 4 + 3));
    more = window.at(1) != 0;
    const auto covered = static_cast<std::uint32_t>(window.at(2) << 16U) + window.at(3);
    ASSERT_GT(covered, from);
    from = covered;
  }
  ASSERT_EQ(values.size(), whole.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i], whole[i].values.front().value);
  }
}

TEST_F(ModbusSlaveTest, LogEntriesComeAfterTheSelectedSequence) {
  meter_.open_cover(kStreetTime);
  meter_.close_cover(kStreetTime);
  const auto tamper = static_cast<std::uint16_t>(LogId::Tamper);
  EXPECT_EQ(exception_of(modbus::WriteRegisters{kLogSelectAt, {tamper, 0, 1}}), 0);
  const auto window = read(kLogAt, 10);
  EXPECT_EQ(window.at(0), 1);
  EXPECT_EQ(window.at(1), 0);
  EXPECT_EQ(window.at(3), 2);
  EXPECT_EQ(window.at(6), static_cast<std::uint16_t>(EventCode::TamperEnded));
}

TEST_F(ModbusSlaveTest, MeterWithoutPowerIsSilent) {
  meter_.cut_power(kStreetTime);
  EXPECT_FALSE(slave_.serve(meter_, Octets{3, 0, 0, 0, 1}, kStreetTime));
}

}  // namespace
}  // namespace metergate::sim
