// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "storage/tenancy_record.hpp"
#include "tests/scenario/story.hpp"

namespace metergate::test {

using namespace std::chrono_literals;

/// A change of tenancy at once, as it is usually asked for.
inline constexpr const char* kNow = R"("params":{"situation":"leaves-now","relay":"off"})";

enum class Trouble : std::uint8_t { None, Restart, PowerCut, LinkLost };
using TroubleOver = std::tuple<Trouble, Speech>;
inline const auto kTroubles = testing::Combine(
    testing::Values(Trouble::None, Trouble::Restart, Trouble::PowerCut, Trouble::LinkLost),
    testing::Values(Speech::Modbus, Speech::Dlms));
inline std::string trouble_name(const testing::TestParamInfo<TroubleOver>& info) {
  constexpr std::array kNames{"NoTrouble", "Restart", "PowerCut", "LinkLost"};
  const auto [trouble, speech] = info.param;
  return std::string{kNames[static_cast<std::size_t>(trouble)]} +
         (speech == Speech::Dlms ? "OverDlms" : "");
}

class TenancyStory : public testing::TestWithParam<TroubleOver> {
 protected:
  TenancyStory() : TenancyStory{Setting{.with_keys = true}} {}
  explicit TenancyStory(Setting setting) : story{over_the_wire(std::move(setting))} {
    story.advance(5min);
  }

  [[nodiscard]] static Setting over_the_wire(Setting setting) {
    setting.speech = std::get<Speech>(GetParam());
    return setting;
  }

  void trouble() {
    switch (std::get<Trouble>(GetParam())) {
      case Trouble::None:
        return;
      case Trouble::Restart:
        return story.restart();
      case Trouble::PowerCut:
        story.meter().cut_power(story.now_s());
        story.advance(90s);
        story.meter().restore_power(story.now_s());
        return;
      case Trouble::LinkLost:
        story.wire(Wire::Silent);
        story.advance(90s);
        story.wire(Wire::Healthy);
        return;
    }
  }

  [[nodiscard]] std::vector<StoredTenancy> tenancies() {
    return *story.ledger().tenancies(story.stored().key);
  }
  [[nodiscard]] std::vector<ProfileInterval> profile(Epoch epoch) {
    return *story.ledger().profile(story.stored().key, epoch, UtcSeconds{}, story.now_s() + 24h);
  }
  /// Every closed interval of the meter that the given epochs hold, none of them twice.
  void every_interval_is_in_one_tenancy(const std::vector<ProfileInterval>& truth) {
    std::map<UtcSeconds, int> held;
    for (const StoredTenancy& tenancy : tenancies()) {
      for (const ProfileInterval& interval : profile(tenancy.epoch)) ++held[interval.start];
    }
    for (const ProfileInterval& interval : truth) {
      EXPECT_EQ(held[interval.start], 1) << rfc3339::text(interval.start);
    }
  }

  Story story;
};

}  // namespace metergate::test
