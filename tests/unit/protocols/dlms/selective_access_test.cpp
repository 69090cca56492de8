// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/selective_access.hpp"

#include <gtest/gtest.h>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms {
namespace {

constexpr cosem::CaptureObject kTime{8, cosem::kClock, 2, 0};
constexpr cosem::CaptureObject kEnergy{3, cosem::obis(1, 0, 1, 8, 0), 2, 0};

// Blue Book, 4.3.6.2.2.
TEST(SelectiveAccess, ARangeIsReadAsItWasWrittenWithAllColumnsOrSome) {
  for (const std::vector<cosem::CaptureObject>& columns :
       {std::vector<cosem::CaptureObject>{}, {kTime, kEnergy}}) {
    const RangeAccess range{kTime, std::uint32_t{1}, std::uint32_t{2}, columns};
    const SelectiveAccess access = select(range);
    EXPECT_EQ(access.selector, 1);
    EXPECT_EQ(range_of(access), range);
    EXPECT_FALSE(entries_of(access));
  }
}

TEST(SelectiveAccess, EntriesAreReadAsTheyWereWritten) {
  const EntryAccess entries{3, 0, 1, 4};
  const SelectiveAccess access = select(entries);
  EXPECT_EQ(access.selector, 2);
  EXPECT_EQ(entries_of(access), entries);
  EXPECT_FALSE(range_of(access));
}

TEST(SelectiveAccess, ARangeThatMakesNoSenseIsNone) {
  const Data time = encode_capture_object(kTime);
  const auto of = [](Data restricting, Data columns) {
    return range_of({RangeAccess::kSelector, Structure{{std::move(restricting), std::uint32_t{1},
                                                        std::uint32_t{2}, std::move(columns)}}});
  };
  EXPECT_TRUE(of(time, Array{{time}}));
  EXPECT_FALSE(of(Structure{}, Array{}));
  EXPECT_FALSE(of(time, Structure{}));
  EXPECT_FALSE(of(time, Array{{time, Data{std::uint8_t{1}}}})) << "one column that is none";
  EXPECT_FALSE(range_of({RangeAccess::kSelector, Structure{{time}}}));
}

TEST(SelectiveAccess, NumbersThatDoNotFitAreNoEntries) {
  const auto of = [](Data from, Data column) {
    return entries_of({EntryAccess::kSelector, Structure{{std::move(from), std::uint32_t{0},
                                                          std::move(column), std::uint16_t{0}}}});
  };
  EXPECT_TRUE(of(std::uint8_t{1}, std::uint64_t{1})) << "of whatever integer type";
  EXPECT_FALSE(of(std::int8_t{-1}, std::uint16_t{1}));
  EXPECT_FALSE(of(std::uint32_t{1}, std::uint32_t{65'536}));
  EXPECT_FALSE(of(Array{}, std::uint16_t{1}));
}

}  // namespace
}  // namespace metergate::dlms
