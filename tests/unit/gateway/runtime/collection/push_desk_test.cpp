// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/collection/push_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/tenancy_record.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::runtime {
namespace {

using namespace test;
using dlms::PushProof;
using Rest = PushDesk::Rest;
using ::testing::HasSubstr;

/// Understands every push as what the test says.
struct KnowingDriver : Driver {
  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation&, const MeterAddress&,
                                                Pace) const override {
    return nullptr;
  }
  [[nodiscard]] Result<Pushed, PushUnread> pushed(OctetView, const MeterAddress&,
                                                  Now) const override {
    return told;
  }
  Result<Pushed, PushUnread> told = Pushed{};
};

class PushDeskTest : public LedgerTest {
 protected:
  PushDeskTest() {
    journal_.keep_in(&*ledger);
    meter_model_.profile_channels = {{kImport, "import", Unit::Wh, 0}};
    Pushed pushed;
    pushed.registers = {kNow, {{kImport, {17, 0}, Unit::Wh}}};
    pushed.intervals = {interval(kToday + 9h, 5), interval(kToday + 9h + 30min, 6)};
    pushed.days = {{kToday, {{kImport, 1'000, {}}}}};
    driver_.told = pushed;
  }
  ~PushDeskTest() override { journal_.keep_in(nullptr); }

  [[nodiscard]] Pushed& pushed() { return *driver_.told; }
  Rest take(PushProof proof = PushProof::Sufficient) {
    return desk_.take(unit_, Octets{0x0F}, proof, clock_.now());
  }
  [[nodiscard]] std::size_t stored() {
    return good(ledger->profile(unit_.stored.key, 1, kToday, kToday + 24h)).size();
  }
  [[nodiscard]] std::vector<std::string> told(std::string_view event) {
    std::vector<std::string> out;
    for (const JournalRow& row : good(ledger->journal(JournalFilter{}))) {
      if (row.event == event) out.push_back(row.text);
    }
    return out;
  }

  ManualClock clock_{kNow};
  Agenda agenda_;
  journal::Journal journal_{
      {journal::Level::Debug, config::LogFormat::Plain, std::fopen("/dev/null", "w")}};
  LedgerKeeper keeper_{*ledger, journal_, clock_, agenda_};
  DataDesk data_{keeper_,
                 journal_,
                 {[](MeterUnit&) {}, [](MeterUnit&) {},
                  [](MeterUnit&, const token_log::KeyedCode&, UtcSeconds) {},
                  [](MeterUnit&, const SerialNumber&) {}, [](MeterUnit&, const LogEntry&, Now) {}}};
  PushDesk desk_{data_, journal_};
  KnowingDriver driver_;
  config::Schedule schedule_;
  model::MeterModel meter_model_;
  MeterUnit unit_ = [this] {
    const StoredMeter stored = meter("m1");
    return MeterUnit{.settings = {stored.id, "v", "line-a", 1, {}, {}},
                     .schedule = &schedule_,
                     .model = &meter_model_,
                     .driver = &driver_,
                     .address = {1, {}},
                     .stored = stored,
                     .session = session::MeterSession{session::Policy{}, clock_.now().instant}};
  }();
};

TEST_F(PushDeskTest, WhatMayBeBelievedIsStoredOnceHoweverOftenItIsSaid) {
  EXPECT_EQ(take(), Rest::Nothing);
  EXPECT_EQ(take(), Rest::Nothing);
  EXPECT_EQ(stored(), 2U);
  EXPECT_EQ(good(ledger->daily(unit_.stored.key, 1, kToday, kToday + days{1})).size(), 1U);
  EXPECT_EQ(good(ledger->registers(unit_.stored.key, 1, kToday, kToday + 24h, 10)).size(), 1U);
  EXPECT_TRUE(told("MG0220").empty());
}

TEST_F(PushDeskTest, NothingIsStoredThatMayNotBeBelievedAndTheLogSaysWhy) {
  const std::pair<PushProof, Rest> cases[]{{PushProof::Unprotected, Rest::ToBeRead},
                                           {PushProof::Unjudged, Rest::ToBeRead},
                                           {PushProof::Replayed, Rest::Nothing},
                                           {PushProof::Undeciphered, Rest::Nothing}};
  for (const auto& [proof, rest] : cases) {
    EXPECT_EQ(take(proof), rest);
    EXPECT_EQ(stored(), 0U);
    ASSERT_FALSE(told("MG0220").empty());
    EXPECT_THAT(told("MG0220").back(), HasSubstr(std::string{proof_text(proof)}));
    clock_.advance(2min);
  }
  EXPECT_EQ(told("MG0220").size(), std::size(cases));
}

TEST_F(PushDeskTest, NewsWithoutValuesIsNoReasonForAWarning) {
  driver_.told = Pushed{};
  EXPECT_EQ(take(PushProof::Unprotected), Rest::ToBeRead);
  driver_.told = failure(PushUnread{PushUnread::Reason::Unnamed, "nothing names it"});
  EXPECT_EQ(take(), Rest::ToBeRead);
  EXPECT_TRUE(told("MG0220").empty());
}

TEST_F(PushDeskTest, AListThatContradictsItselfIsToldOnceAMinute) {
  driver_.told = failure(PushUnread{PushUnread::Reason::BadShape, "3 objects and 2 elements"});
  for (int turn = 0; turn < 100; ++turn) EXPECT_EQ(take(), Rest::ToBeRead);
  ASSERT_EQ(told("MG0220").size(), 1U);
  EXPECT_THAT(told("MG0220").front(), HasSubstr("3 objects and 2 elements"));
}

TEST_F(PushDeskTest, AnotherMetersValuesAreNotStored) {
  unit_.settings.serial = "VM1";
  pushed().serial = "VM2";
  EXPECT_EQ(take(), Rest::Nothing);
  EXPECT_EQ(stored(), 0U);
  EXPECT_THAT(told("MG0220").back(), HasSubstr("it names serial number VM2, VM1 is expected"));
  pushed().serial = "VM1";
  EXPECT_EQ(take(), Rest::Nothing);
  EXPECT_EQ(stored(), 2U);
}

TEST_F(PushDeskTest, WhatIsLeftIsToldAndTheMeterReadTheRestIsStored) {
  for (int count = 0; count < 10; ++count) {
    pushed().left.push_back("1-0:9." + std::to_string(count) + ".0: the model does not know it");
  }
  EXPECT_EQ(take(), Rest::ToBeRead);
  EXPECT_EQ(stored(), 2U);
  ASSERT_EQ(told("MG0221").size(), 1U);
  EXPECT_THAT(told("MG0221").front(),
              HasSubstr("1-0:9.7.0: the model does not know it; and 2 more"));
}

TEST_F(PushDeskTest, ValuesFromBeforeTheTenancyAreNotItsOwn) {
  unit_.stored.tenancy_from = kToday + 9h + 45min;
  pushed().registers.read_at = kToday + 9h;
  EXPECT_EQ(take(), Rest::Nothing);
  EXPECT_EQ(stored(), 1U) << "the interval in which it began is its first";
  EXPECT_TRUE(good(ledger->registers(unit_.stored.key, 1, kToday, kToday + 24h, 10)).empty());
}

// The meter has purged its logs since, and numbers them anew.
TEST_F(PushDeskTest, ALateEntryOfTheTenancyBeforeLetsNoneOfThisOneBeSkipped) {
  const auto push = [this](UtcSeconds at) {
    Pushed entries;
    entries.entries = {{.log = LogId::Hardware,
                        .sequence = 1,
                        .meter_time = at,
                        .code = EventCode::PowerUp,
                        .raw_code = 0,
                        .cause = 0,
                        .detail = 0}};
    driver_.told = entries;
    return take();
  };
  // Read before the change, which came a moment later; and once more, late, after it.
  static_cast<void>(push(kToday + 9h - 3s));
  EXPECT_EQ(data_.log_read_after(unit_, LogId::Hardware), 1U);
  TenancyBegin begin;
  begin.effective = begin.first_interval = kToday + 9h;
  begin.first_day = kToday;
  unit_.stored.epoch = good(ledger->open_tenancy(unit_.stored.key, begin, kNow));
  unit_.stored.tenancy_from = begin.effective;
  for (const UtcSeconds at : {UtcSeconds{kToday + 9h - 3s}, UtcSeconds{kToday + 8h}}) {
    static_cast<void>(push(at));
    EXPECT_EQ(data_.log_read_after(unit_, LogId::Hardware), 0U);
    EXPECT_TRUE(good(ledger->log(unit_.stored.key, 2, LogId::Hardware, 0, 10)).empty());
  }
  static_cast<void>(push(kToday + 10h));
  EXPECT_EQ(data_.log_read_after(unit_, LogId::Hardware), 1U);
}

}  // namespace
}  // namespace metergate::runtime
