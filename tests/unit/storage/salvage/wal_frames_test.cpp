// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/wal_frames.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using salvage::read_wal;
using salvage::WalFrames;

constexpr std::size_t kHead = 32;
constexpr std::size_t kFrame = 24 + 4096;

/// The log of a ledger with some commits, in the room that was reserved for it.
class WalFramesTest : public LedgerTest {
 protected:
  WalFramesTest() {
    const StoredMeter of = meter();
    for (int i = 0; i < 6; ++i) {
      insert(of.key, command("c" + std::to_string(i), Synchronise{}));
      good(ledger->commit());
    }
    std::ifstream log{file.string() + "-wal", std::ios::binary};
    octets_.assign(std::istreambuf_iterator<char>{log}, {});
    const auto written = std::find_if(octets_.rbegin(), octets_.rend(),
                                      [](std::uint8_t octet) { return octet != 0; });
    frames_ = (static_cast<std::size_t>(octets_.rend() - written) + kFrame - kHead) / kFrame;
  }

  [[nodiscard]] WalFrames read(std::size_t illegible_from = SIZE_MAX) const {
    return read_wal(
        [&](std::uint64_t at, std::size_t count) {
          if (at <= illegible_from && illegible_from < at + count) return Octets{};
          const auto from = std::min<std::size_t>(at, octets_.size());
          const auto to = std::min(from + count, octets_.size());
          return Octets(octets_.begin() + static_cast<std::ptrdiff_t>(from),
                        octets_.begin() + static_cast<std::ptrdiff_t>(to));
        },
        octets_.size());
  }
  void overwrite(std::size_t at, std::size_t count, std::uint8_t by) {
    std::fill_n(octets_.begin() + static_cast<std::ptrdiff_t>(at), count, by);
  }
  [[nodiscard]] std::size_t middle() const { return kHead + frames_ / 2 * kFrame; }

  Octets octets_;
  std::size_t frames_ = 0;
};

TEST_F(WalFramesTest, AHealthyLogIsReadToItsEndAndTheRoomBehindItSaysNothing) {
  ASSERT_GT(frames_, 8U);
  const WalFrames all = read();
  EXPECT_EQ(all.trouble, "");
  EXPECT_GT(all.pages.size(), 3U);
  octets_.resize(octets_.size() + 3 * kFrame, 0);
  EXPECT_EQ(read().trouble, "");
}

// Only its content was looked at once: a frame whose head was hurt passed for the end of the log.
TEST_F(WalFramesTest, AHurtHeadOfAFrameIsDamageAndNotTheEnd) {
  const Octets whole = octets_;
  overwrite(middle() + 8, 8, 0x5A);
  EXPECT_NE(read().trouble.find("damaged from octet " + std::to_string(middle())),
            std::string::npos);
  octets_ = whole;
  overwrite(middle(), 24, 0);
  EXPECT_NE(read().trouble, "");
  octets_ = whole;
  EXPECT_NE(read(middle() + 100).trouble, "") << "a place that cannot be read";
}

TEST_F(WalFramesTest, ALogWithoutAHeadIsOnlyUnusedWhereNothingFollows) {
  EXPECT_NE(read(0).trouble, "") << "a head that cannot be read";
  overwrite(0, kHead, 0);
  EXPECT_NE(read().trouble, "");
  overwrite(0, octets_.size(), 0);
  EXPECT_EQ(read().trouble, "");
  EXPECT_TRUE(read().pages.empty());
}

}  // namespace
}  // namespace metergate::test
