// SPDX-License-Identifier: Apache-2.0
#include "config/budget.hpp"

#include <gmock/gmock.h>

namespace metergate::config {
namespace {

model::MeterModel forty_registers(std::chrono::milliseconds turn_round) {
  model::MeterModel one;
  one.name = "forty";
  one.modbus.turn_round = turn_round;
  for (std::uint16_t i = 0; i < 20; ++i) {
    model::ModbusRegister reg;
    reg.address = static_cast<std::uint16_t>(2 * i);
    reg.type = model::NumberType::U32;
    one.modbus.registers.push_back(reg);
  }
  return one;
}

Configuration line_of(std::uint32_t baud, int meters, std::chrono::seconds registers) {
  Configuration out{*SiteId::parse("s"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  Line line;
  line.name = "a";
  line.access = SerialLine{.device = "/dev/x", .baud = baud};
  out.lines.push_back(line);
  Schedule schedule;
  schedule.registers = registers;
  out.schedules.push_back(schedule);
  for (int i = 1; i <= meters; ++i) {
    out.meters.push_back({*MeterId::parse("m" + std::to_string(i)),
                          "forty",
                          "a",
                          static_cast<std::uint16_t>(i),
                          {},
                          {},
                          "default"});
  }
  return out;
}

double reads_a_second(std::uint32_t baud, std::chrono::milliseconds turn_round) {
  const ModelCatalogue models{{"forty", forty_registers(turn_round)}};
  return 1 / line_budgets(line_of(baud, 1, std::chrono::seconds{60}), models).at(0).round_s;
}

TEST(Budget, AgreesWithTheLineFormulaForFortyRegisters) {
  using std::chrono::milliseconds;
  EXPECT_NEAR(reads_a_second(9'600, milliseconds{0}), 8.73, 0.01);
  EXPECT_NEAR(reads_a_second(9'600, milliseconds{10}), 8.29, 0.01);
  EXPECT_NEAR(reads_a_second(9'600, milliseconds{50}), 6.23, 0.01);
  EXPECT_NEAR(reads_a_second(19'200, milliseconds{50}), 9.50, 0.01);
  EXPECT_NEAR(reads_a_second(115'200, milliseconds{0}), 80.8, 0.1);
  EXPECT_NEAR(reads_a_second(115'200, milliseconds{50}), 16.5, 0.1);
}

TEST(Budget, SaysWhatARoundOverALineTakes) {
  const ModelCatalogue models{{"forty", forty_registers(std::chrono::milliseconds{10})}};
  const auto budgets = line_budgets(line_of(9'600, 32, std::chrono::seconds{900}), models);
  EXPECT_EQ(budget_text(budgets.at(0)),
            "line a: 32 meters x 40 registers at 9600 baud need 3.9 s a round; the schedules take "
            "0.4 % of the line's time");
}

TEST(Budget, WarnsWhenTheScheduleCannotBeMet) {
  const ModelCatalogue models{{"forty", forty_registers(std::chrono::milliseconds{10})}};
  EXPECT_THAT(budget_warnings(line_of(9'600, 32, std::chrono::seconds{4}), models),
              ::testing::IsEmpty());
  EXPECT_THAT(budget_warnings(line_of(9'600, 32, std::chrono::seconds{3}), models),
              ::testing::ElementsAre(::testing::HasSubstr("more than there is")));
}

TEST(Budget, SaysOfADlmsLineThatItIsNotKnown) {
  const ModelCatalogue models{{"forty", forty_registers(std::chrono::milliseconds{10})}};
  Configuration configuration = line_of(9'600, 32, std::chrono::seconds{1});
  configuration.lines[0].protocol = LineProtocol::DlmsHdlc;
  const auto budgets = line_budgets(configuration, models);
  ASSERT_EQ(budgets.size(), 1U);
  EXPECT_FALSE(budgets[0].is_known);
  EXPECT_THAT(budget_text(budgets[0]),
              ::testing::StartsWith("line a: 32 meters at 9600 baud; what they send back is "
                                    "not known beforehand"));
  EXPECT_THAT(budget_warnings(configuration, models), ::testing::IsEmpty());
}

TEST(Budget, LeavesOutLinesWithoutALineTimeAndMetersWithoutAModel) {
  Configuration configuration = line_of(9'600, 1, std::chrono::seconds{60});
  configuration.meters[0].model = "unheard-of";
  EXPECT_EQ(line_budgets(configuration, {}).at(0).meters, 0U);
  configuration.lines[0].access = TcpEndpoint{.host = "h"};
  EXPECT_THAT(line_budgets(configuration, {}), ::testing::IsEmpty());
}

}  // namespace
}  // namespace metergate::config
