// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "storage/ledger.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::journal {
namespace {

using testing::HasSubstr;
using testing::Not;

const UtcTime kAt = *rfc3339::parse("2026-03-01T10:17:00Z");

class JournalTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(stream_, nullptr); }
  void TearDown() override { std::fclose(stream_); }
  std::string written() {
    std::fflush(stream_);
    std::rewind(stream_);
    std::string text;
    std::array<char, 4096> room{};
    for (std::size_t got = 0; (got = std::fread(room.data(), 1, room.size(), stream_)) > 0;) {
      text.append(room.data(), got);
    }
    return text;
  }
  std::FILE* stream_ = std::tmpfile();
};

TEST_F(JournalTest, WritesOneLinePerEventWithoutColoursToAFile) {
  Journal journal{{.level = Level::Info, .format = config::LogFormat::Plain, .stream = stream_}};
  journal.write(kMeterOnline, kAt, {{"meter", "m1"}});
  journal.write(kMeterOnline, kAt, {{"meter", "{} %s {0}"}});
  EXPECT_EQ(written(),
            "2026-03-01T10:17:00.000Z  info     MG0201  meter m1 is online\n"
            "2026-03-01T10:17:00.000Z  info     MG0201  meter {} %s {0} is online\n");
}

TEST_F(JournalTest, LevelDecidesAndCanBeChangedWhileRunning) {
  Journal journal{{.level = Level::Warning, .stream = stream_}};
  journal.write(kMeterOnline, kAt, {{"meter", "quiet"}});
  EXPECT_FALSE(journal.would_write(Level::Info));
  journal.set_level(Level::Debug);
  EXPECT_TRUE(journal.would_write(Level::Debug));
  journal.write(kMeterOnline, kAt, {{"meter", "loud"}});
  EXPECT_THAT(written(), Not(HasSubstr("quiet")));
  EXPECT_THAT(written(), HasSubstr("loud"));
}

TEST_F(JournalTest, KeepsItsLinesInTheLedgerForTail) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "ledger.db";
  {
    auto ledger = Ledger::open(file, LedgerMode::ReadWrite);
    ASSERT_TRUE(ledger) << ledger.error().what;
    Journal journal{{.level = Level::Info, .stream = stream_}};
    journal.keep_in(&*ledger);
    journal.write(kMeterSilent, kAt, {{"meter", "m1"}, {"what", "no answer"}});
    journal.write(kPageStored, kAt, {{"meter", "m1"}});
    ASSERT_TRUE(ledger->commit());
    const auto rows = ledger->journal({});
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().event, "MG0203");
    EXPECT_EQ(rows->front().meter, "m1");
    EXPECT_EQ(rows->front().at, kAt);
    EXPECT_EQ(rows->front().fields_json, R"({"meter":"m1","what":"no answer"})");
  }
}

TEST_F(JournalTest, SaysOnceWhenTheLedgerTakesNoLines) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "ledger.db";
  ASSERT_TRUE(Ledger::open(file, LedgerMode::ReadWrite));
  {
    auto ledger = Ledger::open(file, LedgerMode::ReadOnly);
    ASSERT_TRUE(ledger) << ledger.error().what;
    Journal journal{{.level = Level::Info, .stream = stream_}};
    journal.keep_in(&*ledger);
    journal.write(kMeterOnline, kAt, {{"meter", "m1"}});
    journal.write(kMeterOnline, kAt, {{"meter", "m2"}});
  }
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr("m1"));
  EXPECT_THAT(text, HasSubstr("m2"));
  const auto first = text.find("MG0706");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("MG0706", first + 1), std::string::npos);
}

}  // namespace
}  // namespace metergate::journal
