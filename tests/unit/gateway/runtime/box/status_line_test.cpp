// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/status_line.hpp"

#include <gtest/gtest.h>

namespace metergate::runtime {
namespace {

using namespace std::chrono_literals;
using Broker = StatusLine::Broker;

metrics::Figures figures() {
  metrics::Figures out;
  out.meters = {{"online", 120}, {"suspect", 4}, {"silent", 4}};
  out.links["line-a"].up = true;
  out.links["line-b"].up = true;
  return out;
}

TEST(StatusLine, TellsHowManyMetersAnswerAndWhatWaits) {
  StatusLine line;
  auto now = figures();
  now.live_commands = 3;
  now.outbox_messages = 2;
  now.outbox_data_days = 5;
  EXPECT_EQ(line.tell(now, Broker::Connected, Instant{}),
            "124/128 meters, broker connected, 3 commands, outbox 7");
}

TEST(StatusLine, TellsTheBusiestLineOfTheTimeSinceTheLastLook) {
  StatusLine line;
  auto now = figures();
  now.links["line-a"].busy = 100s;
  static_cast<void>(line.tell(now, Broker::None, Instant{}));
  now.links["line-a"].busy = 101s;
  now.links["line-b"].busy = 9'700ms;
  EXPECT_EQ(line.tell(now, Broker::None, Instant{} + 10s),
            "124/128 meters, line-b 97 % busy, 0 commands, outbox 0");
}

TEST(StatusLine, ALinkOfManyAtOnceIsBusyWhenAllOfThemAreOut) {
  StatusLine line;
  metrics::Figures now;
  now.links["mqtt"].concurrency = 64;
  static_cast<void>(line.tell(now, Broker::None, Instant{}));
  now.links["mqtt"].busy = 320s;
  EXPECT_EQ(line.tell(now, Broker::None, Instant{} + 10s),
            "0/0 meters, mqtt 50 % busy, 0 commands, outbox 0");
}

TEST(StatusLine, TellsWhatIsWrong) {
  StatusLine line;
  auto now = figures();
  now.links["line-b"].up = false;
  now.ledger_writable = false;
  EXPECT_EQ(line.tell(now, Broker::Away, Instant{}),
            "124/128 meters, line-b is not there, broker away, the ledger cannot be written, "
            "0 commands, outbox 0");
}

}  // namespace
}  // namespace metergate::runtime
