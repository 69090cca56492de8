// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using testing::ElementsAre;
using Kind = AuditFinding::Kind;

class AuditTest : public LedgerTest {
 protected:
  static AuditEntry entry(AuditKind kind, std::string meter_id,
                          std::string operator_name = "anna") {
    AuditEntry out;
    out.at = kNow;
    out.kind = kind;
    out.meter = std::move(meter_id);
    out.operator_name = std::move(operator_name);
    out.proof = IdentityProof::LocalUser;
    out.work_order = "WO-17";
    return out;
  }
  void three_entries() {
    static_cast<void>(good(ledger->append_audit(entry(AuditKind::TokenIssued, "m1"))));
    static_cast<void>(good(ledger->append_audit(entry(AuditKind::OperatorDenied, "m2", "carl"))));
    auto agreed = entry(AuditKind::KeyChange, "m1");
    agreed.second_operator = "bert";
    agreed.at = kNow + 1h;
    static_cast<void>(good(ledger->append_audit(agreed)));
    good(ledger->commit());
  }
  std::vector<std::int64_t> chosen(const AuditFilter& filter) {
    std::vector<std::int64_t> out;
    for (const AuditRecord& row : good(ledger->audit(filter))) out.push_back(row.seq);
    return out;
  }
  /// As somebody who can write the file does it: without the ledger, its lock and its triggers.
  void behind_its_back(const std::string& sql) {
    ledger.reset();
    {
      auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
      for (const char* trigger :
           {"audit_goes_on", "audit_is_counted", "audit_stays_as_written", "audit_stays",
            "audit_head_follows", "audit_head_is_one", "audit_head_stays"}) {
        good(db.script("DROP TRIGGER IF EXISTS " + std::string{trigger}));
      }
      good(db.script(sql));
    }
    open();
  }
  std::vector<AuditFinding> findings() { return good(ledger->verify_audit({})).findings; }
};

TEST_F(AuditTest, ANewLedgerHasASoundEmptyTrail) {
  const AuditVerdict verdict = good(ledger->verify_audit({}));
  EXPECT_TRUE(verdict.is_sound());
  EXPECT_EQ(verdict.rows, 0);
  EXPECT_EQ(good(ledger->audit_head()), (AuditHead{0, audit_beginning()}));
}

TEST_F(AuditTest, WhatWasAppendedIsReadBackWordForWord) {
  auto told = entry(AuditKind::TokenHandedOver, "m1");
  told.second_operator = "bert";
  told.comment = "Zähler \"7\", \n zweiter Stock";
  told.details_json = R"({"channel":"sms"})";
  const AuditHead head = good(ledger->append_audit(told));
  EXPECT_EQ(head.entries, 1);

  const auto rows = good(ledger->audit({}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].seq, 1);
  EXPECT_EQ(rows[0].at, kNow);
  EXPECT_EQ(rows[0].kind, "token-handed-over");
  EXPECT_EQ(rows[0].meter, "m1");
  EXPECT_EQ(rows[0].operator_name, "anna");
  EXPECT_EQ(rows[0].second_operator, "bert");
  EXPECT_EQ(rows[0].proof, "local-user");
  EXPECT_EQ(rows[0].work_order, "WO-17");
  EXPECT_EQ(rows[0].comment, told.comment);
  EXPECT_EQ(rows[0].details_json, told.details_json);
  EXPECT_EQ(rows[0].hash, Octets(head.hash.begin(), head.hash.end()));
}

TEST_F(AuditTest, AnEntryIsThereWithTheCommitAndGoneWithoutIt) {
  static_cast<void>(good(ledger->append_audit(entry(AuditKind::TokenIssued, "m1"))));
  EXPECT_TRUE(ledger->dirty());
  reopen();
  EXPECT_EQ(good(ledger->audit_head()).entries, 0);
  three_entries();
  reopen();
  EXPECT_EQ(good(ledger->audit_head()).entries, 3);
  EXPECT_TRUE(good(ledger->verify_audit({})).is_sound());
}

TEST_F(AuditTest, EntriesAreFoundByMeterOperatorKindAndTime) {
  three_entries();
  EXPECT_THAT(chosen({}), ElementsAre(1, 2, 3));
  EXPECT_THAT(chosen({.meter = "m1"}), ElementsAre(1, 3));
  EXPECT_THAT(chosen({.operator_name = "bert"}), ElementsAre(3));
  EXPECT_THAT(chosen({.kinds = {AuditKind::KeyChange, AuditKind::OperatorDenied}}),
              ElementsAre(2, 3));
  EXPECT_THAT(chosen({.since = kNow + 1h}), ElementsAre(3));
  EXPECT_THAT(chosen({.until = kNow + 1h}), ElementsAre(1, 2));
  EXPECT_THAT(chosen({.limit = 2}), ElementsAre(2, 3));
  EXPECT_THAT(chosen({.after_seq = 1, .limit = 1}), ElementsAre(2));
}

TEST_F(AuditTest, TheFileItselfForbidsChangesOfTheTrail) {
  three_entries();
  ledger.reset();
  auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
  for (const char* sql :
       {"UPDATE audit SET comment = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit", "UPDATE audit_head SET entries = 2", "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (1, 0, x'00')",
        "REPLACE INTO audit SELECT 2, 0, 'k', '', '', '', '', '', '', '', hash, hash FROM "
        "audit_head",
        "INSERT INTO audit VALUES (4, 0, 'k', '', '', '', '', '', '', '', x'00', x'00')"}) {
    EXPECT_FALSE(db.script(sql)) << sql;
  }
}

TEST_F(AuditTest, RetentionNeverTouchesTheTrail) {
  three_entries();
  const RetentionPolicy nothing_stays{days{0}, days{0}, days{0}, days{0}, days{0}, days{0}};
  static_cast<void>(good(ledger->retain(nothing_stays, kNow + days{9'000}, 100'000)));
  EXPECT_EQ(good(ledger->verify_audit({})).rows, 3);
  EXPECT_TRUE(good(ledger->verify_audit({})).is_sound());
}

TEST_F(AuditTest, WhatIsDoneBehindItsBackIsFound) {
  three_entries();
  behind_its_back("UPDATE audit SET operator = 'carl' WHERE seq = 1");
  EXPECT_THAT(findings(), ElementsAre(AuditFinding{Kind::Altered, 1, 1}));
  behind_its_back("DELETE FROM audit WHERE seq = 1");
  EXPECT_THAT(findings(), ElementsAre(AuditFinding{Kind::Missing, 1, 1}));
  behind_its_back("DELETE FROM audit WHERE seq = 3");
  EXPECT_THAT(findings(),
              ElementsAre(AuditFinding{Kind::Missing, 1, 1}, AuditFinding{Kind::CutAtEnd, 3, 1}));
  behind_its_back("DELETE FROM audit; DELETE FROM audit_head");
  EXPECT_THAT(findings(), ElementsAre(AuditFinding{Kind::Uncountable, 0, 1}));
}

TEST_F(AuditTest, RowsThatChangedNumbersAreFound) {
  three_entries();
  behind_its_back(
      "UPDATE audit SET seq = -1 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2;"
      "UPDATE audit SET seq = 2 WHERE seq = -1");
  EXPECT_THAT(findings(), testing::IsSupersetOf({AuditFinding{Kind::Altered, 1, 1},
                                                 AuditFinding{Kind::Altered, 2, 1}}));
}

TEST_F(AuditTest, WithoutItsCountNothingIsAppended) {
  three_entries();
  behind_its_back("DELETE FROM audit_head");
  const auto refused = ledger->append_audit(entry(AuditKind::TokenIssued, "m1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Corrupt);
}

TEST_F(AuditTest, AHeadKeptElsewhereShowsATrailThatWasCutAndCountedAnew) {
  three_entries();
  const AuditHead kept = good(ledger->audit_head());
  behind_its_back(
      "DELETE FROM audit WHERE seq = 3;"
      "UPDATE audit_head SET entries = 2, hash = (SELECT hash FROM audit WHERE seq = 2)");
  EXPECT_TRUE(good(ledger->verify_audit({})).is_sound());
  EXPECT_THAT(good(ledger->verify_audit({kept.hash})).findings,
              ElementsAre(AuditFinding{Kind::NotContained, 1, 1}));
}

// Every octet of the pages that hold the trail, turned over one by one in the file itself.
TEST_F(AuditTest, NoOctetOfTheFileChangesTheTrailUnnoticed) {
  three_entries();
  const auto words_of = [](const Ledger& of) -> std::vector<Octets> {
    std::vector<Octets> out;
    const auto rows = of.audit({});
    if (!rows) return out;
    for (const AuditRecord& row : *rows) out.push_back(canonical_octets(row));
    return out;
  };
  const std::vector<Octets> before = words_of(*ledger);
  ledger.reset();
  std::string octets;
  {
    std::ifstream in{file, std::ios::binary};
    octets.assign(std::istreambuf_iterator<char>{in}, {});
  }
  constexpr std::string_view kInTheTrail = "token-issued";
  const std::size_t row = octets.find(kInTheTrail);
  ASSERT_NE(row, std::string::npos);
  constexpr std::size_t kPage = 4096;
  const std::size_t page = row / kPage * kPage;
  std::size_t found = 0;
  const std::filesystem::path copy = directory.path() / "copy.db";
  const auto turned = [&](std::size_t at, bool write_all) {
    const auto flipped = static_cast<char>(octets[at] ^ 0x01);
    std::fstream out{copy, write_all ? std::ios::binary | std::ios::out | std::ios::trunc
                                     : std::ios::binary | std::ios::in | std::ios::out};
    if (write_all) out << octets;
    out.seekp(static_cast<std::streamoff>(at));
    out.put(flipped);
  };
  const auto put_back = [&](std::size_t at) {
    std::fstream out{copy, std::ios::binary | std::ios::in | std::ios::out};
    out.seekp(static_cast<std::streamoff>(at));
    out.put(octets[at]);
  };
  for (std::size_t at = page; at < page + kPage && at < octets.size(); ++at) {
    // The free middle of the page holds nothing.
    if (octets[at] == '\0' && at > page + 64 && at < row - 64) continue;
    turned(at, at == page);
    {
      const auto changed = Ledger::open(copy, LedgerMode::ReadOnly);
      const bool is_noticed = !changed || [&] {
        const auto verdict = changed->verify_audit({});
        return !verdict || !verdict->is_sound();
      }();
      if (is_noticed) {
        ++found;
      } else {
        EXPECT_EQ(words_of(*changed), before) << "octet " << at - page << " of the page";
      }
    }
    put_back(at);
  }
  EXPECT_GT(found, 300U);
}

}  // namespace
}  // namespace metergate::test
