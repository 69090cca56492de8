// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/profile_blob.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "storage/blobs/blob_writer.hpp"

namespace metergate::blobs {
namespace {

using namespace std::chrono_literals;
const std::chrono::sys_days kDay{2026y / 3 / 10};

// Any day: some starts, some channels, gaps in some, marks on some, values near and far.
rc::Gen<std::vector<ProfilePoint>> any_day() {
  return rc::gen::exec([] {
    const auto count = *rc::gen::inRange(0, 60);
    const auto step = *rc::gen::element(900, 1800, 3600, 60, 1);
    const auto channels =
        *rc::gen::container<std::set<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 5000));
    std::vector<ProfilePoint> points;
    std::int64_t second = *rc::gen::inRange(0, 1000);
    for (int i = 0; i < count && second < 86'400; ++i) {
      for (const std::int64_t channel : channels) {
        if (*rc::gen::inRange(0, 10) == 0) continue;
        const auto value = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1500),
                                           rc::gen::arbitrary<std::int64_t>(),
                                           rc::gen::just(std::numeric_limits<std::int64_t>::min()),
                                           rc::gen::just(std::numeric_limits<std::int64_t>::max()));
        const auto marks = *rc::gen::weightedOneOf<std::uint16_t>(
            {{4, rc::gen::just<std::uint16_t>(0)}, {1, rc::gen::arbitrary<std::uint16_t>()}});
        points.push_back({kDay + std::chrono::seconds{second}, channel, value, {marks}});
      }
      second += *rc::gen::weightedElement<int>({{5, step}, {1, step * 3}});
    }
    return points;
  });
}

std::vector<ProfilePoint> half_hours(std::int64_t (*value)(int)) {
  std::vector<ProfilePoint> points;
  for (int i = 0; i < 48; ++i) points.push_back({kDay + i * 30min, 1, value(i), {}});
  return points;
}

TEST(ProfileBlob, DecodesToWhatWasEncoded) {
  EXPECT_TRUE(rc::check([] {
    const auto points = *any_day();
    const auto decoded = decode_profile_day(kDay, encode_profile_day(kDay, points));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == points);
  }));
}

TEST(ProfileBlob, EachFaultIsSaidInWordsOfItsOwn) {
  std::set<std::string_view> words;
  for (const auto fault : {BlobFault::UnknownFormat, BlobFault::WrongLength,
                           BlobFault::WrongChecksum, BlobFault::Malformed}) {
    words.insert(blob_fault_word(fault));
  }
  EXPECT_EQ(words.size(), 4U);
  EXPECT_FALSE(words.contains(""));
}

TEST(ProfileBlob, AnyTruncationIsAnError) {
  EXPECT_TRUE(rc::check([] {
    const auto blob = encode_profile_day(kDay, *any_day());
    for (std::size_t length = 0; length < blob.size(); ++length) {
      RC_ASSERT(!decode_profile_day(kDay, OctetView{blob}.first(length)).has_value());
    }
  }));
}

TEST(ProfileBlob, AnyFlippedBitIsAnError) {
  const auto points = half_hours([](int i) -> std::int64_t { return 100 + i * 37 % 900; });
  const auto blob = encode_profile_day(kDay, points);
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    auto broken = blob;
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ 1U << (bit % 8));
    EXPECT_FALSE(decode_profile_day(kDay, broken).has_value()) << "bit " << bit;
  }
}

TEST(ProfileBlob, SomethingBehindTheEndIsAnError) {
  auto blob = encode_profile_day(kDay, half_hours([](int i) -> std::int64_t { return i; }));
  blob.push_back(0);
  EXPECT_EQ(decode_profile_day(kDay, blob).error(), BlobFault::WrongLength);
}

TEST(ProfileBlob, AnUnknownFormatSaysSo) {
  auto blob = encode_profile_day(kDay, {});
  blob.front() = kProfileFormat + 1;
  EXPECT_EQ(decode_profile_day(kDay, blob).error(), BlobFault::UnknownFormat);
}

TEST(ProfileBlob, AFewOctetsCantClaimAGigabyte) {
  // All seconds of the day, and a hundred thousand channels with one value for all of them.
  BlobWriter out;
  out.number(1);
  out.number(0);
  out.number(86'399);
  out.number(1);
  out.number(100'000);
  for (int i = 0; i < 100'000; ++i) {
    out.number(0);
    out.octet(2);
    out.signed_number(7);
    out.number(0);
  }
  EXPECT_EQ(decode_profile_day(kDay, out.framed(kProfileFormat)).error(), BlobFault::Malformed);
}

TEST(ProfileBlob, AHalfHourOfUniformConsumptionTakesTwoOctets) {
  const auto points = half_hours([](int i) -> std::int64_t { return i * 7919 % 1500; });
  EXPECT_LE(encode_profile_day(kDay, points).size(), 48 * 2 + 20U);
}

TEST(ProfileBlob, ACumulativeRegisterTakesTwoOctetsAValue) {
  const auto points =
      half_hours([](int i) -> std::int64_t { return 123'456'789 + std::int64_t{i} * 400 + i % 5; });
  EXPECT_LE(encode_profile_day(kDay, points).size(), 48 * 2 + 22U);
}

TEST(ProfileBlob, ADayWithoutConsumptionTakesAlmostNothing) {
  EXPECT_LE(encode_profile_day(kDay, half_hours([](int) -> std::int64_t { return 0; })).size(),
            18U);
}

TEST(Crc32, IsTheOneOfTheStandard) {
  const std::string text = "123456789";
  const Octets octets{text.begin(), text.end()};
  EXPECT_EQ(crc32(octets), 0xCBF43926U);
}

}  // namespace
}  // namespace metergate::blobs
