// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/mode_c_driver.hpp"

#include <gtest/gtest.h>

#include "config/model_file.hpp"
#include "gateway/sim/mode_c/readout.hpp"

namespace metergate {
namespace {

using iec62056_21::DataMessage;
using iec62056_21::IdentificationMessage;

const Now kNow{Instant{std::chrono::hours{1}}, UtcTime{std::chrono::hours{480'000}}};

class ModeCDriverTest : public testing::Test {
 protected:
  /// The driver's one request, answered with that.
  OperationResult answered(const operation::Operation& operation, WireResult answer) {
    const auto exchange = driver_.start(operation, {1, "VM15000001"}, Pace::Full);
    DriverStep step = exchange->begin(kNow);
    if (auto* finished = std::get_if<Finished>(&step)) return std::move(finished->result);
    const Octets& octets = std::get<Transact>(step).request.octets;
    request_.assign(octets.begin(), octets.end());
    step = exchange->answered(std::move(answer), kNow);
    return std::move(std::get<Finished>(step).result);
  }
  OperationResult answered(const operation::Operation& operation, const DataMessage& data) {
    IdentificationMessage identification;
    identification.maker = "VMG";
    Octets octets = identification.encode();
    const Octets message = data.encode();
    octets.insert(octets.end(), message.begin(), message.end());
    return answered(operation, WireAnswer{std::move(octets), {}});
  }

  const model::MeterModel model_ =
      *config::load_model(std::filesystem::path{METERGATE_SOURCE_DIR} /
                          "meters/models/data/virtual-credit-mode-c.toml");
  ModeCDriver driver_{model_};
  std::string request_;
};

TEST_F(ModeCDriverTest, AVirtualMetersReadoutIsUnderstood) {
  const UtcSeconds now = std::chrono::floor<std::chrono::seconds>(kNow.utc);
  virtual_meter::Settings settings{*SerialNumber::parse("VM15000001")};
  settings.history = std::chrono::days{2};
  virtual_meter::VirtualMeter meter{settings, now};
  const DataMessage readout = sim::mode_c_readout(meter, now, model_.mode_c);
  const auto identity = answered(operation::Identify{}, readout);
  ASSERT_TRUE(identity) << identity.error().what;
  EXPECT_EQ(request_, "/?VM15000001!\r\n");
  EXPECT_EQ(std::get<operation::Identity>(*identity).serial.text(), "VM15000001");
  EXPECT_EQ(std::get<operation::Identity>(*identity).firmware, "1.0.0");
  const auto clock = answered(operation::ReadClock{}, readout);
  ASSERT_TRUE(clock) << clock.error().what;
  EXPECT_EQ(std::get<operation::ClockReading>(*clock).meter_time, meter.meter_time());
  EXPECT_EQ(std::get<operation::ClockReading>(*clock).read_at, kNow.utc);
  const auto registers = answered(operation::ReadRegisters{}, readout);
  ASSERT_TRUE(registers) << registers.error().what;
  const auto& values = std::get<RegisterReading>(*registers).values;
  EXPECT_EQ(values.size(), model_.mode_c.registers.size() - 1) << "no value before a reset";
  const auto truth = meter.perform(operation::ReadRegisters{{values.front().obis}}, now);
  EXPECT_EQ(values.front().value.as_double(),
            std::get<RegisterReading>(*truth).values.front().value.as_double());
  const auto one = answered(operation::ReadRegisters{{values.back().obis}}, readout);
  EXPECT_EQ(std::get<RegisterReading>(*one).values.size(), 1U);
}

TEST_F(ModeCDriverTest, WhatMakesNoSenseIsTold) {
  const auto what = [&](const operation::Operation& operation, const DataMessage& data) {
    const auto result = answered(operation, data);
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().reason, OperationFault::Reason::Meaningless);
    return result ? std::string{} : result.error().what;
  };
  EXPECT_EQ(what(operation::Identify{}, {}), "data set 0.0.0 holds ``, no serial number");
  EXPECT_EQ(what(operation::ReadRegisters{{cosem::ObisCode{}}}, {}),
            "none of the registers asked for is in the model");
  EXPECT_NE(what(operation::ReadClock{}, {}).find("YYMMDD"), std::string::npos);
  const auto damaged = answered(operation::Identify{}, WireAnswer{Octets{'/'}, {}});
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().reason, OperationFault::Reason::Meaningless);
}

TEST_F(ModeCDriverTest, AReadoutOfAnotherMeterIsNotTaken) {
  const auto of = [](const char* serial) {
    return DataMessage{{{"0.0.0", {{serial, ""}}}, {"1.8.0", {{"1", "kWh"}}}}};
  };
  EXPECT_TRUE(answered(operation::ReadRegisters{}, of("A"))) << "nobody was identified yet";
  EXPECT_TRUE(answered(operation::Identify{}, of("A")));
  EXPECT_TRUE(answered(operation::ReadRegisters{}, of("A")));
  const auto other = answered(operation::ReadRegisters{}, of("B"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().what, "the readout is of meter B, not of A");
  EXPECT_TRUE(answered(operation::Identify{}, of("B"))) << "who it is, is for others to judge";
  EXPECT_TRUE(answered(operation::ReadRegisters{}, of("B")));
}

TEST_F(ModeCDriverTest, AMeterThatSaysAnErrorRefuses) {
  const auto result = answered(operation::Identify{}, DataMessage{{{"", {{"ER07", ""}}}}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Refused);
  EXPECT_EQ(result.error().what, "the meter says ER07 instead of data");
}

TEST_F(ModeCDriverTest, ALinesFaultIsPassedOn) {
  const auto result =
      answered(operation::ReadRegisters{},
               failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer to the request message"}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NoAnswer);
  EXPECT_FALSE(result.error().order_may_have_arrived);
}

TEST_F(ModeCDriverTest, NothingButAReadoutIsSupported) {
  for (const operation::Operation& op :
       {operation::Operation{operation::ReadProfile{}}, operation::Operation{operation::ReadLog{}},
        operation::Operation{operation::ReadRelay{}},
        operation::Operation{operation::OperateRelay{}}}) {
    const auto result = answered(op, DataMessage{});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, OperationFault::Reason::Unsupported);
  }
  EXPECT_EQ(answered(operation::ReadRelay{}, DataMessage{}).error().what,
            "model virtual-credit-mode-c has no read-relay");
}

TEST_F(ModeCDriverTest, AModelWithoutASerialNumberIdentifiesNobody) {
  model::MeterModel nameless = model_;
  nameless.mode_c.serial.clear();
  const ModeCDriver driver{nameless};
  const auto step = driver.start(operation::Identify{}, {1, "VM15000001"}, Pace::Full)->begin(kNow);
  const OperationResult result = std::get<Finished>(step).result;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Unsupported);
  EXPECT_EQ(result.error().what, "model virtual-credit-mode-c has no identification");
}

}  // namespace
}  // namespace metergate
