// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/event_tail.hpp"

#include <gmock/gmock.h>

#include "gateway/console/event_frame.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::console {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

struct FakeStream : EventStream {
  std::string text;
  bool is_gone = false;
  bool ended = false;
  bool push(std::string frame) override {
    if (!is_gone) text += frame;
    return !is_gone;
  }
  void end() override { ended = true; }
};

class EventTailTest : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  Ledger ledger_ = *Ledger::open(directory_.path() / "ledger.db", LedgerMode::ReadWrite);
  Instant now_{1h};
  std::function<void()> next_;
  bool still_in_ = true;
  ConsoleWays ways_{.now =
                        [this] {
                          return Now{now_, UtcTime{1h}};
                        },
                    .later = [this](Duration, std::function<void()> what) { next_ = what; },
                    .aside = {},
                    .tell = {}};
  EventTail tail_{ways_, [this] { return &ledger_; },
                  [this](std::string_view) { return still_in_; }};

  void write(const std::string& text, const std::string& meter = "") {
    JournalRow row;
    row.at = UtcTime{1h};
    row.level = "info";
    row.event = "MG0001";
    row.meter = meter;
    row.text = text;
    ASSERT_TRUE(ledger_.append_journal(row));
    ASSERT_TRUE(ledger_.commit());
  }
  void look() {
    const auto what = std::exchange(next_, nullptr);
    if (what) what();
  }
  std::shared_ptr<FakeStream> follow(std::optional<std::int64_t> seen = {},
                                     const std::string& meter = "") {
    auto stream = std::make_shared<FakeStream>();
    tail_.follow(stream, "cookie", meter, seen);
    return stream;
  }
};

TEST(EventFrame, APayloadStaysOneEvent) {
  EXPECT_EQ(event_frame(7, "line", "{\"a\":1}"), "id: 7\nevent: line\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(event_frame(7, "line", "a\n\nid: 9\r\n"), "id: 7\nevent: line\ndata: a  id: 9  \n\n");
}

TEST(EventFrame, OnlyNumbersOfOursAreTaken) {
  EXPECT_EQ(parse_event_id("12"), 12);
  for (const char* text : {"", "0", "-1", "1x", " 1", "99999999999999999999"}) {
    EXPECT_FALSE(parse_event_id(text)) << text;
  }
}

TEST_F(EventTailTest, ItTellsWhatIsThereAndThenWhatComes) {
  write("first");
  const auto stream = follow();
  EXPECT_THAT(stream->text, HasSubstr("first"));
  write("second");
  look();
  EXPECT_THAT(stream->text, HasSubstr("second"));
}

TEST_F(EventTailTest, WhoComesBackHearsOnlyWhatWasMissed) {
  write("first");
  write("second");
  const auto stream = follow(1);
  EXPECT_THAT(stream->text, Not(HasSubstr("first")));
  EXPECT_THAT(stream->text, HasSubstr("id: 2\n"));
}

TEST_F(EventTailTest, OneMeterAloneCanBeFollowed) {
  write("of a meter", "m1");
  write("of the box");
  EXPECT_THAT(follow({}, "m1")->text, Not(HasSubstr("of the box")));
}

TEST_F(EventTailTest, ItEndsWithTheLogin) {
  const auto stream = follow();
  still_in_ = false;
  write("secret");
  look();
  EXPECT_TRUE(stream->ended);
  EXPECT_THAT(stream->text, Not(HasSubstr("secret")));
}

TEST_F(EventTailTest, WithoutReadersNobodyLooks) {
  const auto stream = follow();
  stream->is_gone = true;
  write("anything");
  look();
  EXPECT_FALSE(next_);
  EXPECT_TRUE(tail_.has_room());
}

TEST_F(EventTailTest, ASilentTimeHasItsSignsOfLife) {
  const auto stream = follow();
  const auto before = stream->text.size();
  look();
  EXPECT_EQ(stream->text.size(), before);
  now_ += 16s;
  look();
  EXPECT_EQ(stream->text.substr(before), ":\n\n");
}

}  // namespace
}  // namespace metergate::console
