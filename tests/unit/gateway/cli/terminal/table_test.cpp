// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/table.hpp"

#include <gtest/gtest.h>

#include "gateway/cli/terminal/progress.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table{{{"meter"}, {"value", Table::Align::Right}}};
  table.add({"m1", "5"});
  table.add({"long-name", "123456"});
  table.add({"m3"});
  EXPECT_EQ(table.text(),
            "meter       value\n"
            "m1              5\n"
            "long-name  123456\n"
            "m3\n");
}

TEST(Table, WidthCountsCharactersAndNoColours) {
  EXPECT_EQ(shown_width("abc"), 3U);
  EXPECT_EQ(shown_width("äöü▁█·"), 6U);
  EXPECT_EQ(shown_width("\x1b[1;31mred\x1b[0m"), 3U);
}

TEST(Progress, BarFillsWithTheWork) {
  EXPECT_EQ(progress_line("export", 0, 4, "", 100),
            "export  ······························  0 %  0/4");
  EXPECT_EQ(progress_line("export", 2, 4, "m1", 100),
            "export  ███████████████···············  50 %  2/4  m1");
  EXPECT_EQ(progress_line("export", 0, 0, "", 100),
            "export  ······························  0 %  0/0");
}

TEST(Progress, LabelIsLeftOutWhereTheTerminalIsTooNarrow) {
  const std::string line = progress_line("export", 2, 4, std::string(80, 'x'), 80);
  EXPECT_LT(shown_width(line), 80U);
}

TEST(Progress, NothingIsDrawnWhereErrIsNoTerminal) {
  TestConsole test;
  {
    Progress progress{test.console, "export", 10};
    progress.advance(5);
  }
  EXPECT_EQ(test.err.str(), "");
}

TEST(Progress, LineIsWipedAtTheEnd) {
  TestConsole test;
  test.console.err_is_terminal = true;
  { Progress progress{test.console, "export", 10}; }
  EXPECT_TRUE(test.err.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace metergate::cli
