// SPDX-License-Identifier: Apache-2.0
#include "storage/audit/audit_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using Kind = AuditFinding::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

const UtcTime kMorning = std::chrono::sys_days{2026y / 3 / 10} + 10h;

AuditEntry entry(AuditKind kind, std::string comment) {
  return {.at = kMorning,
          .kind = kind,
          .meter = "m1",
          .operator_name = "anna",
          .second_operator = "bert",
          .proof = IdentityProof::Signature,
          .work_order = "WO-17",
          .comment = std::move(comment),
          .details_json = R"({"function":"tamper-reset"})"};
}

/// A trail of the entries, and the count that stands beside it.
struct Trail {
  std::vector<AuditRecord> rows;
  std::optional<AuditCount> count;

  explicit Trail(const std::vector<AuditEntry>& entries) {
    AuditHead head{0, audit_beginning()};
    for (const AuditEntry& each : entries) {
      rows.push_back(next_record(head, each));
      ++head.entries;
      std::ranges::copy(rows.back().hash, head.hash.begin());
    }
    count = AuditCount{head.entries, {head.hash.begin(), head.hash.end()}};
  }
  [[nodiscard]] AuditVerdict verdict(std::vector<AuditHash> kept = {}) const {
    AuditCheck check{std::move(kept)};
    for (const AuditRecord& row : rows) check.row(row);
    return check.judge(count);
  }
  [[nodiscard]] AuditHash hash_of(std::size_t row) const {
    return chained_hash(rows[row].previous, rows[row]);
  }
  /// As somebody does who can write the file: all hashes from `first` on made anew.
  void forge_from(std::size_t first) {
    Octets last = first == 0 ? Octets{audit_beginning().begin(), audit_beginning().end()}
                             : rows[first - 1].hash;
    for (std::size_t i = first; i < rows.size(); ++i) {
      rows[i].seq = static_cast<std::int64_t>(i) + 1;
      rows[i].previous = last;
      const AuditHash hash = hash_of(i);
      last.assign(hash.begin(), hash.end());
      rows[i].hash = last;
    }
    count = AuditCount{static_cast<std::int64_t>(rows.size()), last};
  }
};

Trail four_rows() {
  return Trail{{entry(AuditKind::TokenIssued, "first"), entry(AuditKind::TokenRefused, "second"),
                entry(AuditKind::KeyChange, "third"), entry(AuditKind::OperatorDenied, "fourth")}};
}

std::vector<std::string*> texts_of(AuditRecord& row) {
  return {&row.kind,  &row.meter,      &row.operator_name, &row.second_operator,
          &row.proof, &row.work_order, &row.comment,       &row.details_json};
}

TEST(AuditChain, AnUntouchedTrailIsSound) {
  const Trail trail = four_rows();
  const AuditVerdict verdict = trail.verdict();
  EXPECT_TRUE(verdict.is_sound());
  EXPECT_EQ(verdict.rows, 4);
  EXPECT_EQ(verdict.head, (AuditHead{4, trail.hash_of(3)}));
}

TEST(AuditChain, AnEmptyTrailIsSoundAndEndsAtItsBeginning) {
  const AuditVerdict verdict = Trail{{}}.verdict({audit_beginning()});
  EXPECT_TRUE(verdict.is_sound());
  EXPECT_EQ(verdict.head, (AuditHead{0, audit_beginning()}));
}

// The hash of a known row: another layout of the octets would make every trail out there
// unreadable.
TEST(AuditChain, TheHashOfARowNeverChanges) {
  EXPECT_EQ(hash_text(audit_beginning()),
            "413d4cbeca51bb8ed6b99172a6505b95d3616c6286366691be83b2f23b512716");
  const Trail trail{{entry(AuditKind::TokenIssued, "first")}};
  EXPECT_EQ(hash_text(trail.hash_of(0)),
            "d8ae45bcd52611732748ab68aa94f730bd46e8aaf371daaafcee6939a9aaf039");
}

TEST(AuditChain, AHashIsReadBackFromItsText) {
  EXPECT_EQ(parse_hash(hash_text(audit_beginning())), audit_beginning());
  EXPECT_EQ(parse_hash("413d"), std::nullopt);
  EXPECT_EQ(parse_hash(std::string(64, 'g')), std::nullopt);
}

TEST(AuditChain, AnySingleOctetOfAnyRowIsFound) {
  const Trail good = four_rows();
  for (std::size_t at = 0; at < good.rows.size(); ++at) {
    Trail bad = good;
    for (std::size_t field = 0; field < texts_of(bad.rows[at]).size(); ++field) {
      std::string& text = *texts_of(bad.rows[at])[field];
      for (char& octet : text) {
        octet = static_cast<char>(octet ^ 1);
        EXPECT_THAT(bad.verdict().findings,
                    ElementsAre(AuditFinding{Kind::Altered, static_cast<std::int64_t>(at) + 1, 1}));
        octet = static_cast<char>(octet ^ 1);
      }
    }
    for (Octets* hash : {&bad.rows[at].previous, &bad.rows[at].hash}) {
      for (std::uint8_t& octet : *hash) {
        octet ^= 0x80U;
        EXPECT_FALSE(bad.verdict().is_sound());
        octet ^= 0x80U;
      }
    }
    bad.rows[at].at += 1ms;
    EXPECT_FALSE(bad.verdict().is_sound());
  }
}

TEST(AuditChain, WordsMovedFromOneFieldToTheNextAreFound) {
  Trail trail = four_rows();
  trail.rows[1].operator_name = "annab";
  trail.rows[1].second_operator = "ert";
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Altered, 2, 1}));
}

TEST(AuditChain, MissingRowsAreNamed) {
  Trail trail = four_rows();
  trail.rows.erase(trail.rows.begin() + 1, trail.rows.begin() + 3);
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Missing, 2, 2}));

  trail = four_rows();
  trail.rows.erase(trail.rows.begin());
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Missing, 1, 1}));
}

TEST(AuditChain, RowsCutOffAtTheEndAreNamed) {
  Trail trail = four_rows();
  trail.rows.resize(2);
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::CutAtEnd, 3, 2}));
}

TEST(AuditChain, ALostCountIsAFinding) {
  Trail trail = four_rows();
  trail.count.reset();
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Uncountable, 4, 1}));
}

TEST(AuditChain, RowsThatChangedPlacesAreFound) {
  Trail trail = four_rows();
  std::swap(trail.rows[1], trail.rows[2]);
  EXPECT_THAT(trail.verdict().findings, testing::Contains(AuditFinding{Kind::OutOfPlace, 2, 1}));
  std::swap(trail.rows[1].seq, trail.rows[2].seq);
  EXPECT_THAT(trail.verdict().findings, testing::Contains(AuditFinding{Kind::Altered, 2, 1}));
}

TEST(AuditChain, ARowReplacedTogetherWithItsHashIsFound) {
  Trail trail = four_rows();
  trail.rows[1].comment = "another";
  const AuditHash hash = trail.hash_of(1);
  trail.rows[1].hash.assign(hash.begin(), hash.end());
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Unlinked, 3, 1}));
}

// Nothing follows that would name its hash: only the count does.
TEST(AuditChain, TheLastRowReplacedTogetherWithItsHashIsFoundByTheCount) {
  Trail trail = four_rows();
  trail.rows[3].comment = "another";
  const AuditHash hash = trail.hash_of(3);
  trail.rows[3].hash.assign(hash.begin(), hash.end());
  EXPECT_THAT(trail.verdict().findings, ElementsAre(AuditFinding{Kind::Uncounted, 4, 1}));
}

// What the file alone cannot show: whoever makes all hashes and the count anew leaves a sound
// trail.
TEST(AuditChain, OnlyAHashKeptElsewhereShowsATrailForgedAsAWhole) {
  const Trail good = four_rows();
  Trail forged = good;
  forged.rows[1].comment = "another";
  forged.forge_from(1);
  EXPECT_TRUE(forged.verdict().is_sound());
  EXPECT_TRUE(forged.verdict({good.hash_of(0)}).is_sound()) << "up to there it is the same";
  EXPECT_THAT(forged.verdict({good.hash_of(0), good.hash_of(3)}).findings,
              ElementsAre(AuditFinding{Kind::NotContained, 2, 1}));

  Trail cut = good;
  cut.rows.resize(3);
  cut.forge_from(0);
  EXPECT_TRUE(cut.verdict().is_sound());
  EXPECT_THAT(cut.verdict({good.hash_of(3)}).findings,
              ElementsAre(AuditFinding{Kind::NotContained, 1, 1}));
}

TEST(AuditChain, AHashKeptElsewhereStaysValidWhileTheTrailGrows) {
  const Trail trail = four_rows();
  for (std::size_t row = 0; row < trail.rows.size(); ++row) {
    EXPECT_TRUE(trail.verdict({trail.hash_of(row)}).is_sound());
  }
}

TEST(AuditChain, NumbersAtTheEdgeOfWhatAFileCanHoldAreJudgedToo) {
  for (const std::int64_t seq : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                 std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    Trail trail = four_rows();
    trail.rows[1].seq = seq;
    EXPECT_FALSE(trail.verdict().is_sound());
    trail = four_rows();
    trail.count->entries = seq;
    EXPECT_FALSE(trail.verdict().is_sound());
  }
}

TEST(AuditChain, EveryFindingHasAWordAndASentence) {
  for (const Kind kind : {Kind::Altered, Kind::Missing, Kind::OutOfPlace, Kind::Unlinked,
                          Kind::CutAtEnd, Kind::Uncounted, Kind::Uncountable, Kind::NotContained}) {
    EXPECT_FALSE(finding_word(kind).empty());
    EXPECT_FALSE(finding_text({kind, 3, 1}).empty());
  }
  EXPECT_EQ(finding_text({Kind::Missing, 3, 1}), "entry 3 is missing");
  EXPECT_EQ(finding_text({Kind::Missing, 3, 2}), "entries 3 to 4 are missing");
}

AuditEntry arbitrary_entry() {
  const auto text = [] { return *rc::gen::arbitrary<std::string>(); };
  return {.at = UtcTime{std::chrono::milliseconds{*rc::gen::arbitrary<std::int64_t>()}},
          .kind = static_cast<AuditKind>(*rc::gen::inRange(0, 10)),
          .meter = text(),
          .operator_name = text(),
          .second_operator = text(),
          .proof = static_cast<IdentityProof>(*rc::gen::inRange(0, 4)),
          .work_order = text(),
          .comment = text(),
          .details_json = text()};
}

std::size_t place_in(std::size_t size) { return *rc::gen::inRange<std::size_t>(0, size); }

/// One change of one row, which is no change of nothing.
void change(AuditRecord& row) {
  const auto texts = texts_of(row);
  const std::size_t what = place_in(texts.size() + 4);
  if (what < texts.size()) {
    std::string& text = *texts[what];
    const std::string before = text;
    text = *rc::gen::suchThat(rc::gen::arbitrary<std::string>(),
                              [&](const std::string& other) { return other != before; });
    return;
  }
  const auto bit = static_cast<std::uint8_t>(1U << place_in(8));
  switch (what - texts.size()) {
    case 0:
      row.seq ^= std::int64_t{1} << place_in(63);
      break;
    case 1:
      row.at += std::chrono::milliseconds{1};
      break;
    case 2:
      row.previous[place_in(row.previous.size())] ^= bit;
      break;
    default:
      row.hash[place_in(row.hash.size())] ^= bit;
      break;
  }
}

RC_GTEST_PROP(AuditChainLaw, AnyOneChangeOfATrailIsFound, ()) {
  std::vector<AuditEntry> entries;
  const std::size_t size = *rc::gen::inRange<std::size_t>(2, 9);
  while (entries.size() < size) entries.push_back(arbitrary_entry());
  const Trail good{entries};
  RC_ASSERT(good.verdict().is_sound());

  Trail bad = good;
  const std::size_t at = place_in(size);
  const auto here = bad.rows.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t other = (at + 1 + place_in(size - 1)) % size;
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      change(*here);
      break;
    case 1:
      bad.rows.erase(here);
      break;
    case 2:
      bad.rows.resize(at);
      break;
    case 3:
      std::swap(*here, bad.rows[other]);
      break;
    case 4:
      bad.rows.insert(here, bad.rows[other]);
      break;
    default:
      bad.count->entries += 1 + static_cast<std::int64_t>(place_in(5));
      break;
  }
  RC_ASSERT(!bad.verdict().is_sound());
}

}  // namespace
}  // namespace metergate::test
