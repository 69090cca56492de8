// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>

#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "tests/support/sim_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::VirtualMeter;

class SimStreetMeterTest : public testing::Test {
 protected:
  std::unique_ptr<StreetMeter> open() {
    auto meter = StreetMeter::open("a-001", street_meter(5), clock_, directory_);
    EXPECT_TRUE(meter) << meter.error();
    return std::move(*meter);
  }
  static bool write(StreetMeter& place, operation::TransactionId id) {
    const auto answer = place.with([&](VirtualMeter& meter, UtcSeconds now) {
      const auto token = virtual_meter::utrn_credit(static_cast<std::uint16_t>(id), 100, id);
      return meter.perform(operation::WriteToken{token, id}, now).has_value();
    });
    return answer.value_or(false);
  }
  static std::size_t orders(StreetMeter& place) {
    return place.with([](VirtualMeter& meter, UtcSeconds) { return meter.orders().size(); })
        .value();
  }
  static std::string serial(StreetMeter& place) {
    return place.with([](VirtualMeter& meter, UtcSeconds) { return meter.serial().text(); })
        .value();
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_.path();
  StreetClock clock_{
      1.0, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()), kStreetTime};
};

TEST_F(SimStreetMeterTest, OrderIsOnDiskBeforeItsAnswerIsOut) {
  const auto living = open();
  ASSERT_TRUE(write(*living, 1));
  // What a simulator finds that is started after this one was killed here.
  const auto after_kill = open();
  EXPECT_EQ(orders(*after_kill), 1U);
}

TEST_F(SimStreetMeterTest, DeedsSinceTheSavedStateAreDoneAgain) {
  const auto living = open();
  ASSERT_TRUE(living->save());
  for (operation::TransactionId id = 1; id <= 5; ++id) ASSERT_TRUE(write(*living, id));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a-001.deeds"));
  const auto after_kill = open();
  EXPECT_EQ(orders(*after_kill), 5U);
}

TEST_F(SimStreetMeterTest, DeedCutShortWasNeverAnsweredAndIsPassedOver) {
  const auto living = open();
  ASSERT_TRUE(living->save());
  ASSERT_TRUE(write(*living, 1));
  const auto deeds = directory_ / "a-001.deeds";
  const std::string whole = **read_state_file(deeds);
  ASSERT_TRUE(write_state_file(deeds, whole + whole.substr(0, 12)));
  auto after_kill = open();
  EXPECT_EQ(orders(*after_kill), 1U);
  ASSERT_TRUE(write(*after_kill, 2));
  after_kill = open();
  EXPECT_EQ(orders(*after_kill), 2U);
}

TEST_F(SimStreetMeterTest, DeedsLeftBehindByAKillWhileSavingAreNotDoneTwice) {
  const auto living = open();
  ASSERT_TRUE(living->save());
  ASSERT_TRUE(write(*living, 1));
  const auto deeds = directory_ / "a-001.deeds";
  const std::string left = **read_state_file(deeds);
  ASSERT_TRUE(living->save());
  ASSERT_TRUE(write_state_file(deeds, left));
  EXPECT_EQ(orders(*open()), 1U);
}

TEST_F(SimStreetMeterTest, ManyAreSavedTogether) {
  std::vector<std::unique_ptr<StreetMeter>> street;
  street.push_back(open());
  ASSERT_TRUE(write(*street.front(), 1));
  ASSERT_TRUE(StreetMeter::save_all(street));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "a-001.deeds"));
  EXPECT_EQ(orders(*open()), 1U);
}

TEST_F(SimStreetMeterTest, MeterThatCannotSaveStaysSilent) {
  const auto place = open();
  std::filesystem::remove_all(directory_);
  EXPECT_FALSE(write(*place, 1));
  EXPECT_NE(place->last_error().find("cannot create"), std::string::npos);
}

TEST_F(SimStreetMeterTest, SwappedMeterHasItsOwnSerialAndMemoryAlsoAfterARestart) {
  auto place = open();
  ASSERT_TRUE(write(*place, 1));
  ASSERT_TRUE(place->swap());
  EXPECT_EQ(serial(*place), "VM-5-B");
  EXPECT_EQ(orders(*place), 0U);
  place = open();
  EXPECT_EQ(serial(*place), "VM-5-B");
  ASSERT_TRUE(place->swap());
  EXPECT_EQ(serial(*place), "VM-5");
  EXPECT_EQ(orders(*place), 1U);
}

TEST_F(SimStreetMeterTest, DamagedFileIsRefusedByName) {
  ASSERT_TRUE(open()->save());
  ASSERT_TRUE(write_state_file(directory_ / "a-001.meter", "metergate-virtual-meter 1\n"));
  const auto again = StreetMeter::open("a-001", street_meter(5), clock_, directory_);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("a-001.meter"), std::string::npos);
}

}  // namespace
}  // namespace metergate::sim
