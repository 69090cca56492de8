// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "storage/folded.hpp"
#include "storage/ledger.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using namespace std::chrono_literals;

template <typename T>
T good(Stored<T> result) {
  if (!result) throw std::runtime_error("the ledger said: " + result.error().what);
  return std::move(*result);
}

inline const sys_days kToday{2026y / 3 / 10};
inline const UtcTime kNow = kToday + 10h;
inline const cosem::ObisCode kImport{{1, 0, 1, 29, 0, 255}};
inline const cosem::ObisCode kExport{{1, 0, 2, 29, 0, 255}};

inline ProfileInterval interval(UtcSeconds start, std::int64_t value, std::uint16_t marks = 0) {
  return {start, {{kImport, value, IntervalMarks{marks}}}};
}
/// Forty-eight half-hours of `day` on two channels.
inline std::vector<ProfileInterval> whole_day(sys_days day, std::int64_t base = 0) {
  std::vector<ProfileInterval> out;
  for (int i = 0; i < 48; ++i) {
    out.push_back(
        {day + i * 30min,
         {{kImport, base + i, {}},
          {kExport, base * 2 + i, IntervalMarks{static_cast<std::uint16_t>(i % 7 == 0)}}}});
  }
  return out;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() { open(); }

  void open() { ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite))); }
  /// As after a crash: what was not committed is gone.
  void reopen() {
    ledger.reset();
    open();
  }
  StoredMeter meter(std::string_view id = "m1") {
    return good(ledger->meter(*MeterId::parse(id), "virtual-prepay", kNow));
  }
  Command command(std::string_view id, CommandParams params) {
    return {.id = *CommandId::parse(id),
            .meter = *MeterId::parse("m1"),
            .params = std::move(params),
            .issued_at = kNow - 5s,
            .expires_at = kNow + 1h,
            .not_before = std::nullopt,
            .priority = Priority::Relay,
            .operator_name = "anna",
            .work_order = "WO-17",
            .comment = "",
            .reply_to = {},
            .origin = "mqtt",
            .stated_expires_at = kNow + 2h};
  }
  CommandKey insert(MeterKey of, const Command& c) {
    return std::get<Inserted>(good(ledger->insert_command(of, c, "digest", kNow))).key;
  }
  static Step step(CommandState from, CommandState to, UtcTime at = kNow) {
    Step s;
    s.at = at;
    s.from = from;
    s.to = to;
    return s;
  }
  static DeliverToken token(std::string_view digits, bool allow_repeat = false) {
    return {.token = {*TokenDigits::parse(digits), TokenKind::Sts}, .allow_repeat = allow_repeat};
  }

  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
  std::optional<Ledger> ledger;
};

}  // namespace metergate::test
