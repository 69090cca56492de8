// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/object_list.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::cosem {
namespace {

using dlms::Array;
using dlms::Data;
using dlms::NullData;
using dlms::Structure;

const UtcSeconds kStart =
    std::chrono::floor<std::chrono::seconds>(*rfc3339::parse("2026-03-01T00:00:00Z"));

ProfileShape shape(bool newest_first = false) {
  return {{{clock::kClass, kClock, clock::kTime, 0},
           {register_object::kClass, obis(1, 0, 1, 8, 0), 2, 0}},
          std::chrono::minutes{30},
          newest_first,
          {}};
}

Data row(Data time, Data value) { return Structure{{std::move(time), std::move(value)}}; }
Data stamp(UtcSeconds time) { return dlms::octet_string(dlms::utc_date_time(time)); }

TEST(ProfileRows, TimesGoBackwardsWhereTheNewestComesFirst) {
  const auto rows =
      decode_rows(Array{{row(stamp(kStart), std::uint32_t{9}), row(NullData{}, std::uint32_t{8})}},
                  shape(true));
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[1].time, kStart - std::chrono::minutes{30});
}

TEST(ProfileRows, AFirstRowWithoutTimeOrANullWithoutPeriodCannotBeRead) {
  EXPECT_EQ(decode_rows(Array{{row(NullData{}, std::uint32_t{1})}}, shape()).error().row, 0U);
  ProfileShape events = shape();
  events.capture_period = std::chrono::seconds{0};
  EXPECT_EQ(
      decode_rows(Array{{row(stamp(kStart), std::uint32_t{1}), row(NullData{}, std::uint32_t{2})}},
                  events)
          .error()
          .row,
      1U);
}

TEST(ProfileRows, ANullValueInTheFirstRowStaysUnknown) {
  const auto rows =
      decode_rows(Array{{row(stamp(kStart), NullData{}), row(NullData{}, NullData{})}}, shape());
  ASSERT_TRUE(rows);
  EXPECT_TRUE((*rows)[1].cells[1].is<NullData>());
}

TEST(ProfileRows, CellsMustMatchTheColumns) {
  EXPECT_FALSE(decode_rows(Array{{Structure{{stamp(kStart)}}}}, shape()));
  EXPECT_FALSE(decode_rows(std::uint8_t{1}, shape()));
  EXPECT_TRUE(decode_rows(Array{}, shape()).value().empty());
  EXPECT_TRUE(decode_rows(NullData{}, shape()).value().empty());
}

TEST(ProfileRows, ATimeAsSecondsSince2000IsRead) {
  const auto rows = decode_rows(Array{{row(std::uint32_t{86'400}, std::uint32_t{1})}}, shape());
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].time, *rfc3339::parse("2000-01-02T00:00:00Z"));
}

TEST(ProfileRows, OfOneColumnMayComeWithoutStructures) {
  ProfileShape one = shape();
  one.columns.erase(one.columns.begin());
  const auto rows = decode_rows(Array{{std::uint32_t{7}, Structure{{std::uint32_t{8}}}}}, one);
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].cells, (dlms::DataList{std::uint32_t{7}}));
  EXPECT_EQ((*rows)[1].cells, (dlms::DataList{std::uint32_t{8}}));
  EXPECT_FALSE((*rows)[0].time) << "no column is the clock's";
}

TEST(ProfileRows, WhatIsWrongWithARowIsSaid) {
  const auto said = [](Data cells) {
    return decode_rows(Array{{std::move(cells)}}, shape()).error().what;
  };
  EXPECT_EQ(said(std::uint32_t{7}), "no structure");
  EXPECT_EQ(said(Structure{{stamp(kStart)}}), "1 cells for 2 columns");
  EXPECT_EQ(said(row(NullData{}, std::uint32_t{7})), "no time, and no row before it");
  EXPECT_EQ(said(row(Structure{}, std::uint32_t{7})), "a time that is none");
  dlms::DateTime sometime = dlms::utc_date_time(kStart);
  sometime.time.hour = 0xFF;
  EXPECT_EQ(said(row(dlms::octet_string(sometime), std::uint32_t{7})),
            "a time with unspecified fields");
}

TEST(ScalerUnit, WhatDoesNotFitIntoItsFieldsIsNone) {
  const auto of = [](Data scaler, Data unit) {
    return decode_scaler_unit(Structure{{std::move(scaler), std::move(unit)}});
  };
  EXPECT_EQ(of(std::int8_t{-3}, dlms::Enum{30}), (ScalerUnit{-3, 30}));
  EXPECT_EQ(of(std::int16_t{127}, std::uint16_t{255}), (ScalerUnit{127, 255}))
      << "of whatever integer type";
  EXPECT_FALSE(of(std::int16_t{128}, dlms::Enum{30}));
  EXPECT_FALSE(of(std::int16_t{-129}, dlms::Enum{30}));
  EXPECT_FALSE(of(std::int8_t{0}, std::uint16_t{256}));
  EXPECT_FALSE(of(std::int8_t{0}, std::int8_t{-1}));
  EXPECT_FALSE(of(std::int8_t{0}, Structure{}));
  EXPECT_FALSE(decode_scaler_unit(Structure{{std::int8_t{0}}}));
  EXPECT_EQ(decode_scaler_unit(encode_scaler_unit({-128, 0})), (ScalerUnit{-128, 0}));
}

TEST(ScalerUnit, NumbersKeepEveryDigit) {
  EXPECT_EQ(rescaled(1234, 1, 0), 12340);
  EXPECT_EQ(rescaled(12340, -1, 0), 1234);
  EXPECT_FALSE(rescaled(12345, -1, 0));
  EXPECT_FALSE(rescaled(INT64_MAX / 2, 1, 0));
  EXPECT_EQ(rescaled(0, 127, -128), 0);
  EXPECT_EQ(decimal_text(12345, -2), "123.45");
  EXPECT_EQ(decimal_text(-5, -3), "-0.005");
  EXPECT_EQ(decimal_text(12, 3), "12000");
  EXPECT_EQ(decimal_text(0, 3), "0");
  EXPECT_EQ(decimal_text(INT64_MIN, -20), "-0.09223372036854775808");
  EXPECT_EQ(unit_symbol(30), "Wh");
  EXPECT_EQ(unit_symbol(255), "");
}

TEST(ObjectList, EntriesAreReadAndRightsPassedOver) {
  const Data list = Array{
      {Structure{{std::uint16_t{8}, std::uint8_t{0}, dlms::octet_string(kClock), Structure{}}}}};
  EXPECT_EQ(decode_object_list(list).value(), (std::vector{ObjectListEntry{8, 0, kClock}}));
  EXPECT_FALSE(decode_object_list(Array{{Structure{{std::uint16_t{8}}}}}));
}

TEST(ObjectList, OneEntryThatMakesNoSenseMakesItNone) {
  const auto of = [](Data class_id, Data version, Data name) {
    return decode_object_list(
        Array{{Structure{{std::move(class_id), std::move(version), std::move(name)}}}});
  };
  const Data name = dlms::octet_string(kClock);
  EXPECT_TRUE(of(std::uint32_t{8}, std::uint16_t{0}, name)) << "of whatever integer type";
  EXPECT_FALSE(of(std::uint32_t{65'536}, std::uint8_t{0}, name));
  EXPECT_FALSE(of(std::int8_t{-1}, std::uint8_t{0}, name));
  EXPECT_FALSE(of(std::uint16_t{8}, std::uint16_t{256}, name));
  EXPECT_FALSE(of(std::uint16_t{8}, std::int8_t{-1}, name));
  EXPECT_FALSE(of(std::uint16_t{8}, std::uint8_t{0}, dlms::octet_string(Octets(5, 1))));
  EXPECT_FALSE(decode_object_list(Structure{}));
}

TEST(ObjectList, TheAttributesOfOneObjectAreToldByItsRights) {
  const auto right = [](std::int8_t number) { return Structure{{number, dlms::Enum{1}, Data{}}}; };
  const Structure clock{
      {std::uint16_t{8}, std::uint8_t{0}, dlms::octet_string(kClock),
       Structure{{Array{{right(1), right(2), right(3), right(-5), right(9)}}, Array{}}}}};
  const Structure senseless{
      {std::uint16_t{3}, std::uint8_t{0}, dlms::octet_string(kClock), Structure{}}};
  const Data list = Array{{senseless, clock}};
  EXPECT_EQ(listed_attributes(list, 8, kClock), (std::vector<std::int8_t>{2, 3, 9}));
  EXPECT_TRUE(listed_attributes(list, 3, kClock).empty());
  EXPECT_TRUE(listed_attributes(list, 8, kDisconnectControl).empty());
  EXPECT_TRUE(listed_attributes(Data{std::uint8_t{8}}, 8, kClock).empty());
}

}  // namespace
}  // namespace metergate::cosem
