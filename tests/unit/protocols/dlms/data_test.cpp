// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/dlms/data_access.hpp"
#include "protocols/octets/hex.hpp"
#include "tests/support/vector_entry.hpp"
#include "tests/unit/protocols/dlms/random_data.hpp"

namespace metergate::dlms {
namespace {

using Reason = DecodeFault::Reason;

Octets octets(std::string_view text) { return hex::parse(text).value(); }

RC_GTEST_PROP(DataLaws, WhatIsWrittenIsReadAgain, ()) {
  const Data data = some_data();
  const auto read = decode_data(encode_data(data));
  RC_ASSERT(read);
  RC_ASSERT(*read == data);
}

RC_GTEST_PROP(DataLaws, APrefixIsNoData, ()) {
  const Octets whole = encode_data(some_data());
  const auto length = *rc::gen::inRange<std::size_t>(0, whole.size());
  RC_ASSERT(!decode_data(OctetView{whole}.first(length)));
}

RC_GTEST_PROP(DataLaws, AnyOctetsAreJudged, ()) {
  const Octets any = some_octets(200);
  const auto data = decode_data(any);
  if (data) RC_ASSERT(decode_data(encode_data(*data)).value() == *data);
}

TEST(DataTest, NestingHasALimit) {
  const auto nested = [](std::size_t depth) {
    Octets out;
    for (std::size_t i = 1; i < depth; ++i) out.insert(out.end(), {0x02, 0x01});
    out.push_back(0x00);
    return out;
  };
  EXPECT_TRUE(decode_data(nested(16)));
  EXPECT_EQ(decode_data(nested(17)).error().reason, Reason::TooDeep);
  EXPECT_EQ(decode_data(nested(100'000)).error().reason, Reason::TooDeep);
}

TEST(DataTest, CountsAreHeldAgainstWhatIsThereAndAgainstTheLimit) {
  EXPECT_EQ(decode_data(octets("01 84 ff ff ff ff 00")).error().reason, Reason::BadLength);
  EXPECT_EQ(decode_data(octets("09 84 ff ff ff ff 00")).error().reason, Reason::BadLength);
  EXPECT_EQ(decode_data(octets("01 85 01 00 00 00 00 00")).error().reason, Reason::BadLength);
  EXPECT_EQ(decode_data(octets("01 03 00 00 00"), {16, 3}).error().reason, Reason::TooMany);
  // A few octets that describe millions of elements.
  EXPECT_EQ(decode_data(octets("13 01 ff ff 01 ff ff 01 ff ff 11 01 05")).error().reason,
            Reason::Truncated);
  EXPECT_EQ(decode_data(octets("13 01 ff ff 00 01 05")).error().reason, Reason::BadValue);
  EXPECT_EQ(decode_data(octets("13 02 02 01 ff ff 00 11 03 01 02 03"), {16, 1000}).error().reason,
            Reason::TooMany);
}

TEST(DataTest, ADateThatIsNoneIsKeptAsItsOctetsAndWhatStandsBesideItIsRead) {
  // 1900-01-00, weekday 7, in {date-time, long-unsigned}
  const Octets never = octets("07 6c 01 00 07 00 00 00 00 00 00 00");
  const auto data = decode_data(octets("02 02 19 07 6c 01 00 07 00 00 00 00 00 00 00 12 00 05"));
  ASSERT_TRUE(data.has_value());
  const DataList* fields = structure_of(*data, 2);
  ASSERT_NE(fields, nullptr);
  EXPECT_EQ((*fields)[0], Data{OctetString{never}});
  EXPECT_EQ(integer_of((*fields)[1]), 5);
  EXPECT_FALSE(date_time_of((*fields)[0]));
  EXPECT_EQ(decode_data(octets("19 07 6c 01 00 07")).error().reason, Reason::Truncated);
}

TEST(DataTest, OctetsLeftOverAndUnknownTagsAreFaults) {
  EXPECT_EQ(decode_data(octets("00 00")).error(), (DecodeFault{Reason::Trailing, 1}));
  EXPECT_EQ(decode_data(octets("0b 00")).error(), (DecodeFault{Reason::UnknownTag, 0}));
  EXPECT_EQ(decode_data(octets("")).error().reason, Reason::Truncated);
}

TEST(DataTest, ACompactArrayIsReadAsItsElements) {
  const auto vector = vectors::dlms("data-compact-array");
  const Octets wire = vectors::octets(vector, "hex");
  const auto data = decode_data(wire).value();
  const DataList* elements = array_of(data);
  ASSERT_NE(elements, nullptr);
  ASSERT_EQ(elements->size(), 2U);
  EXPECT_EQ((*elements)[1], (Data{Structure{{std::uint16_t{3}, std::uint32_t{4}}}}));
  EXPECT_EQ(encode_data(data), wire);
  EXPECT_EQ(data.get_if<CompactArray>()->type, describe((*elements)[0]));
}

TEST(DataTest, ACompactArrayOfWhatThereIsNotOrOfCompactArraysIsNone) {
  EXPECT_EQ(decode_data(octets("13 0b 00")).error(), (DecodeFault{Reason::UnknownTag, 1}));
  EXPECT_EQ(decode_data(octets("13 13 11 00")).error(), (DecodeFault{Reason::UnknownTag, 1}));
  EXPECT_EQ(decode_data(octets("13 02 02 11 0b 00")).error(), (DecodeFault{Reason::UnknownTag, 4}));
}

TEST(DataTest, OnlyWhatIsAlikeThroughoutHasADescription) {
  const TypeDescription octet{17, 0, {}};
  const Data one{std::uint8_t{1}};
  const Data two{std::uint8_t{2}};
  EXPECT_EQ(describe(one), octet);
  EXPECT_EQ(describe(Array{{one, two}}), (TypeDescription{1, 2, {octet}}));
  EXPECT_EQ(describe(Structure{{Array{{one}}, Data{}}}),
            (TypeDescription{2, 0, {{1, 1, {octet}}, {0, 0, {}}}}));
  const Data unlike = Array{{one, Data{std::uint16_t{2}}}};
  for (const Data& none :
       {unlike, Data{Array{}}, Data{CompactArray{octet, {one}}}, Data{Structure{{unlike}}},
        Data{Array{{unlike}}}, Data{Array{{Array{{one}}, Array{{one, two}}}}}}) {
    EXPECT_FALSE(describe(none)) << hex::text(encode_data(none));
  }
}

TEST(DataTest, WhatADescriptionDescribesIsReadFromACompactArray) {
  const Data element = Structure{{std::uint16_t{3}, Array{{std::uint8_t{1}, std::uint8_t{2}}}}};
  const Data compact = CompactArray{describe(element).value(), {element, element}};
  EXPECT_EQ(decode_data(encode_data(compact)).value(), compact);
}

TEST(DataTest, NothingAndDontCareAreTheirTagsAlone) {
  EXPECT_EQ(encode_data(Data{}), octets("00"));
  EXPECT_EQ(encode_data(DontCare{}), octets("ff"));
  EXPECT_EQ(decode_data(octets("ff")).value(), Data{DontCare{}});
}

TEST(DateTimeTest, LocalTimeAndDeviationMakeUtc) {
  const auto of = [](std::string_view text) {
    return to_utc(decode_date_time(octets(text)).value());
  };
  EXPECT_EQ(of("07EA0B140513272100000000"), rfc3339::parse("2026-11-20T19:39:33Z"));
  EXPECT_EQ(of("07E30C1F0217000000FFC400"), rfc3339::parse("2019-12-31T22:00:00Z"));
  // Hour not specified.
  EXPECT_FALSE(of("07E30C1F02FF000000FFC400"));
  EXPECT_FALSE(of("FFFF0C1F0217000000FFC400"));
  // The 31st of February.
  EXPECT_FALSE(of("07E3021FFF17000000FFC400"));
}

TEST(DateTimeTest, WithoutDeviationTheMetersZoneAndItsDaylightSavingCount) {
  const MeterZone berlin{std::chrono::minutes{-60}, std::chrono::minutes{60}};
  const auto winter = decode_date_time(octets("07EA0114FF0C000000800000")).value();
  const auto summer = decode_date_time(octets("07EA0714FF0C000000800080")).value();
  EXPECT_EQ(to_utc(winter, berlin), rfc3339::parse("2026-01-20T11:00:00Z"));
  EXPECT_EQ(to_utc(summer, berlin), rfc3339::parse("2026-07-20T10:00:00Z"));
}

TEST(DateTimeTest, FieldsOutOfRangeAreRefused) {
  for (const auto* bad :
       {"07EA0D14FF0C000000800000", "07EA0120FF0C000000800000", "07EA0114FF18000000800000",
        "07EA0114FF0C3C0000800000", "07EA0114FF0C000000700000", "07EA0114"}) {
    EXPECT_FALSE(decode_date_time(octets(bad))) << bad;
  }
}

RC_GTEST_PROP(DateTimeLaws, AMomentInUtcComesBack, ()) {
  const UtcSeconds moment{std::chrono::seconds{*rc::gen::inRange(946'684'800, 2'000'000'000)}};
  RC_ASSERT(to_utc(utc_date_time(moment)) == UtcTime{moment});
  const MeterZone zone{std::chrono::minutes{*rc::gen::inRange(-720, 720)}, {}};
  RC_ASSERT(to_utc(local_date_time(moment, zone, DateTime::kNoDeviation), zone) == UtcTime{moment});
}

}  // namespace
}  // namespace metergate::dlms
