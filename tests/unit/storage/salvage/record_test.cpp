// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/record.hpp"

#include <gtest/gtest.h>

#include "protocols/octets/hex.hpp"
#include "storage/salvage/btree_page.hpp"
#include "storage/salvage/fields.hpp"
#include "storage/salvage/wal_frames.hpp"

namespace metergate::salvage {
namespace {

std::optional<Values> decoded(std::string_view text) { return decode_record(*hex::parse(text)); }

TEST(SalvagedVarint, IsReadToItsLastOfNineOctets) {
  const auto read = [](std::string_view text) { return varint_at(*hex::parse(text), 0); };
  EXPECT_EQ(read("7F")->value, 127U);
  EXPECT_EQ(read("81 00")->value, 128U);
  EXPECT_EQ(read("FF FF FF FF FF FF FF FF FF")->value, 0xFFFF'FFFF'FFFF'FFFFU);
  EXPECT_EQ(read("FF FF FF FF FF FF FF FF FF")->width, 9U);
  EXPECT_FALSE(read("81"));
  EXPECT_FALSE(varint_at({}, 0));
}

// File format, 2.1: the length of the head, a type for each field, the fields.
TEST(SalvagedRecord, HasEveryTypeTheLedgerWrites) {
  const auto values = decoded("08 00 01 02 08 09 13 10  FE 01 00 616263 DEAD");
  ASSERT_TRUE(values);
  const Values expected{{},
                        std::int64_t{-2},
                        std::int64_t{256},
                        std::int64_t{0},
                        std::int64_t{1},
                        std::string{"abc"},
                        Octets{0xDE, 0xAD}};
  EXPECT_EQ(*values, expected);
}

TEST(SalvagedRecord, ThatDoesNotAddUpIsNone) {
  for (const char* damaged : {
           "02 01",        // a field that is not there
           "02 01 FE 00",  // an octet too many
           "05 01 FE",     // a head longer than the record
           "00",           // one shorter than itself
           "02 07 00",     // a floating-point number
           "02 0A",        // a type that never stands in a file
           "02 13 61 62",  // a text that is cut off
       }) {
    EXPECT_FALSE(decoded(damaged)) << damaged;
  }
}

TEST(SalvagedRecord, WhoseTextIsDamagedIsNotLegible) {
  EXPECT_TRUE(is_legible(*decoded("03 01 11 FE C3 A9")));
  EXPECT_FALSE(is_legible(*decoded("02 11 C3 28"))) << "no UTF-8";
  EXPECT_FALSE(is_legible(*decoded("02 0F 00"))) << "a NUL";
}

TEST(SalvagedPage, OfNoiseHasNoCells) {
  EXPECT_FALSE(parse_tree_page(Octets(4096, 0xA5), 2));
  EXPECT_FALSE(parse_tree_page({}, 2));
  // A leaf that claims more cells than there is room for, and one whose cells lie nowhere.
  Octets page(512, 0);
  page[0] = 13;
  page[3] = 0xFF;
  EXPECT_FALSE(parse_tree_page(page, 2));
  page[3] = 0;
  page[4] = 3;
  const auto read = parse_tree_page(page, 2);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->unreadable, 3U);
  EXPECT_TRUE(read->cells.empty());
}

TEST(SalvagedLog, OfNoiseSaysThatWhatItHeldIsLost) {
  const Octets noise(5000, 0x5A);
  const auto read = [&](std::uint64_t at, std::size_t count) {
    return Octets{noise.begin() + static_cast<std::ptrdiff_t>(at),
                  noise.begin() + static_cast<std::ptrdiff_t>(at + count)};
  };
  const WalFrames frames = read_wal(read, noise.size());
  EXPECT_TRUE(frames.pages.empty());
  EXPECT_FALSE(frames.trouble.empty());
  EXPECT_TRUE(read_wal(read, 0).trouble.empty());
}

}  // namespace
}  // namespace metergate::salvage
