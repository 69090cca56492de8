// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/journal/neutral_text.hpp"

namespace metergate::journal {
namespace {

using testing::HasSubstr;
using testing::Not;

const UtcTime kAt = *rfc3339::parse("2026-03-01T10:17:00.250Z");

Line silent(std::string what) {
  return make_line(kMeterSilent, kAt,
                   {{"meter", "m1"}, {"what", std::move(what)}, {"line", "riser 2"}});
}

TEST(Line, PlainIsTimeLevelIdSentenceAndTheFieldsItDoesNotName) {
  EXPECT_EQ(plain_text(silent("no answer"), Colours::Off),
            "2026-03-01T10:17:00.250Z  warning  MG0203  meter m1 is silent: no answer  "
            "line=\"riser 2\"");
}

TEST(Line, PlainColumnsStayColumns) {
  const UtcTime round = *rfc3339::parse("2026-03-01T10:17:00Z");
  const Line line = make_line(kMeterOnline, round, {{"meter", "m1"}});
  EXPECT_EQ(plain_text(line, Colours::Off),
            "2026-03-01T10:17:00.000Z  info     MG0201  meter m1 is online");
}

TEST(Line, ColoursAreOnlyThereWhenAskedFor) {
  EXPECT_THAT(plain_text(silent("x"), Colours::On), HasSubstr("\x1b[33mwarning\x1b[0m"));
  EXPECT_THAT(plain_text(silent("x"), Colours::Off), Not(HasSubstr("\x1b")));
}

TEST(Line, JsonReadsBackWithEveryField) {
  const auto object = boost::json::parse(json_text(silent("said \"no\""))).as_object();
  EXPECT_EQ(object.at("time"), "2026-03-01T10:17:00.250Z");
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("id"), "MG0203");
  EXPECT_EQ(object.at("event"), "meter-silent");
  EXPECT_EQ(object.at("text"), "meter m1 is silent: said \"no\"");
  const auto& fields = object.at("fields").as_object();
  EXPECT_EQ(fields.at("meter"), "m1");
  EXPECT_EQ(fields.at("what"), "said \"no\"");
  EXPECT_EQ(fields.at("line"), "riser 2");
}

TEST(Line, JournaldCarriesSeverityAndKeyValues) {
  EXPECT_EQ(journald_text(silent("no answer")),
            "<4>MG0203 meter m1 is silent: no answer meter=m1 what=\"no answer\" line=\"riser 2\"");
}

TEST(Line, OneEventIsOneLineInEveryFormatWhateverTheValuesHold) {
  const Line line = silent("a\n<3>MG0004 forged\r\n{\"id\":\"MG0004\"}\x1b[31m\xff");
  for (const auto format :
       {config::LogFormat::Plain, config::LogFormat::Json, config::LogFormat::Journald}) {
    const std::string text = journal::format(line, format, Colours::Off);
    for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
  EXPECT_TRUE(boost::json::parse(json_text(line)).is_object());
}

TEST(Line, ValueThatLooksLikeAFieldIsNotFilledInAgain) {
  EXPECT_THAT(plain_text(silent("{meter}"), Colours::Off), HasSubstr("is silent: {meter}"));
}

TEST(Line, MissingFieldShowsAsAQuestionMark) {
  EXPECT_EQ(make_line(kMeterOnline, kAt, {}).text, "meter ? is online");
}

TEST(Line, LengthIsBoundedInEveryFormat) {
  std::vector<Field> fields{{"meter", "m1"}};
  for (int i = 0; i < 100; ++i) fields.push_back({"x", std::string(10'000, 'x')});
  const Line line = make_line(kMeterSilent, kAt, fields);
  constexpr std::size_t kEllipsis = 3;
  EXPECT_LE(plain_text(line, Colours::Off).size(), kMaxLineOctets + kEllipsis);
  EXPECT_LE(journald_text(line).size(), kMaxLineOctets + kEllipsis);
}

TEST(Line, RowHasTheColumnsThatTailFiltersBy) {
  const Line line = make_line(kMeterLogEntry, kAt,
                              {{"meter", "m1"},
                               {"log", "tamper"},
                               {"sequence", "7"},
                               {"event", "tamper-started"},
                               {"cause", "0"},
                               {"meter_time", "2026-03-01T10:16:00Z"},
                               {"raw_code", "0x 12"}});
  const JournalRow row = row_of(line);
  EXPECT_EQ(row.level, "info");
  EXPECT_EQ(row.event, "MG0801");
  EXPECT_EQ(row.meter, "m1");
  EXPECT_EQ(row.log, "tamper");
  EXPECT_EQ(plain_text(row, Colours::Off), plain_text(line, Colours::Off));
  EXPECT_EQ(json_text(row), json_text(line));
}

TEST(Line, RowWithBrokenFieldsStillShows) {
  JournalRow row = row_of(silent("x"));
  row.fields_json = "not json";
  EXPECT_EQ(boost::json::parse(json_text(row)).at("fields"), boost::json::object{});
}

}  // namespace
}  // namespace metergate::journal
