// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/ledger.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const UtcTime kMorning = std::chrono::sys_days{2026y / 3 / 10} + 10h;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

/// A ledger with a trail of three entries, closed again.
class Audit : public testing::Test {
 protected:
  Audit() {
    std::filesystem::create_directories(folder_);
    append({.at = kMorning,
            .kind = AuditKind::TokenIssued,
            .meter = "m1",
            .operator_name = "anna",
            .second_operator = "",
            .proof = IdentityProof::Signature,
            .work_order = "WO-17",
            .comment = "cover\nwas open",
            .details_json = R"({"function":"tamper-reset"})"});
    append({.at = kMorning + 1h,
            .kind = AuditKind::KeyChange,
            .meter = "m2",
            .operator_name = "anna",
            .second_operator = "bert",
            .proof = IdentityProof::Broker,
            .work_order = "WO-18",
            .comment = "",
            .details_json = "{}"});
    AuditEntry alone;
    alone.at = kMorning + 2h;
    alone.kind = AuditKind::ConfigurationChanged;
    append(alone);
  }
  ~Audit() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void append(const AuditEntry& entry) {
    auto ledger = Ledger::open(file_, LedgerMode::ReadWrite);
    if (!ledger || !ledger->append_audit(entry) || !ledger->commit()) {
      throw std::runtime_error("the ledger takes no audit entry");
    }
  }
  /// As somebody with access to the file, who knows that triggers can be dropped.
  void tamper(const std::string& sql) const {
    auto db = sqlite::Database::open(file_, sqlite::Access::ReadWrite);
    ASSERT_TRUE(db);
    for (const char* trigger : {"audit_stays", "audit_stays_as_written", "audit_head_follows"}) {
      ASSERT_TRUE(db->script("DROP TRIGGER IF EXISTS " + std::string{trigger}));
    }
    const auto done = db->script(sql);
    ASSERT_TRUE(done) << done.error().what;
  }
  [[nodiscard]] Ran audit(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--store", file_.string()});
    TestConsole test;
    const int code = run(std::move(arguments), test.console);
    return {code, test.out.str(), test.err.str()};
  }
  [[nodiscard]] std::string head() const {
    std::string out = audit({"head"}).out;
    out.pop_back();
    return out;
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("audit-" + std::to_string(::getpid()));
  std::filesystem::path file_ = folder_ / "ledger.db";
};

TEST_F(Audit, ASoundTrailIsToldWithItsHead) {
  const Ran verify = audit({"verify"});
  EXPECT_EQ(verify.code, kOk) << verify.err;
  EXPECT_THAT(verify.out, HasSubstr("sound: 3 entries"));
  EXPECT_THAT(verify.out, HasSubstr(head()));
  EXPECT_THAT(verify.out, HasSubstr("elsewhere"));
}

TEST_F(Audit, VerifyIsReadByProgramsToo) {
  const auto json = boost::json::parse(audit({"verify", "--json"}).out);
  EXPECT_EQ(json.at("sound"), true);
  EXPECT_EQ(json.at("entries"), 3);
  EXPECT_EQ(json.at("head"), boost::json::string{head()});
  EXPECT_TRUE(json.at("findings").as_array().empty());
  EXPECT_EQ(boost::json::parse(audit({"head", "--json"}).out).at("entries"), 3);
}

TEST_F(Audit, AnAlteredEntryIsNamedAndTheExitCodeTells) {
  tamper("UPDATE audit SET operator = 'carl' WHERE seq = 2");
  const Ran verify = audit({"verify"});
  EXPECT_EQ(verify.code, kEndedOtherwise);
  EXPECT_THAT(verify.out, HasSubstr("entry 2 was altered"));
  const auto json = boost::json::parse(audit({"verify", "--json"}).out);
  EXPECT_EQ(json.at("sound"), false);
  EXPECT_EQ(json.at("findings").at(0).at("finding"), "altered");
  EXPECT_EQ(json.at("findings").at(0).at("entry"), 2);
}

TEST_F(Audit, EntriesCutOffAtTheEndAreMissed) {
  tamper("DELETE FROM audit WHERE seq > 1");
  const Ran verify = audit({"verify"});
  EXPECT_EQ(verify.code, kEndedOtherwise);
  EXPECT_THAT(verify.out, HasSubstr("entries 2 to 3 are missing at the end"));
}

TEST_F(Audit, AHeadKeptElsewhereStaysGoodWhileTheTrailGrows) {
  const std::string kept = head();
  AuditEntry more;
  more.at = kMorning + 3h;
  append(more);
  EXPECT_NE(head(), kept);
  const Ran verify = audit({"verify", "--head", kept, "--head", head()});
  EXPECT_EQ(verify.code, kOk);
  EXPECT_THAT(verify.out, HasSubstr("kept elsewhere (2)"));
}

TEST_F(Audit, AHeadKeptElsewhereFindsATrailThatWasCutAndCountedAnew) {
  const std::string kept = head();
  tamper(
      "DELETE FROM audit WHERE seq = 3; UPDATE audit_head SET entries = 2,"
      " hash = (SELECT hash FROM audit WHERE seq = 2)");
  EXPECT_EQ(audit({"verify"}).code, kOk) << "the file alone cannot tell";
  const Ran verify = audit({"verify", "--head", kept});
  EXPECT_EQ(verify.code, kEndedOtherwise);
  EXPECT_THAT(verify.out, HasSubstr("kept elsewhere"));
}

TEST_F(Audit, WhatIsNoHashIsUsage) {
  const Ran verify = audit({"verify", "--head", "413d"});
  EXPECT_EQ(verify.code, kUsage);
  EXPECT_THAT(verify.err, HasSubstr("64 hex digits"));
  EXPECT_EQ(audit({"list", "--kind", "tea-time"}).code, kUsage);
  EXPECT_EQ(audit({}).code, kUsage);
}

TEST_F(Audit, EntriesAreListedWithWhoAndWhyOnOneLineEach) {
  const Ran list = audit({"list"});
  EXPECT_EQ(list.code, kOk) << list.err;
  EXPECT_THAT(list.out, HasSubstr("token-issued"));
  EXPECT_THAT(list.out, HasSubstr("anna (signature)"));
  EXPECT_THAT(list.out, HasSubstr("anna + bert (broker)"));
  EXPECT_THAT(list.out, HasSubstr("(gateway)"));
  EXPECT_THAT(list.out, HasSubstr(R"(WO-17: cover\nwas open)"));
  EXPECT_EQ(std::ranges::count(list.out, '\n'), 4);
}

TEST_F(Audit, TheListIsNarrowedAndReadByPrograms) {
  EXPECT_THAT(audit({"list", "--meter", "m1"}).out, Not(HasSubstr("m2")));
  EXPECT_THAT(audit({"list", "--operator", "bert"}).out, HasSubstr("key-change"));
  EXPECT_THAT(audit({"list", "--kind", "key-change"}).out, Not(HasSubstr("token-issued")));
  EXPECT_THAT(audit({"list", "--until", "2026-03-10T11:00:00Z"}).out, Not(HasSubstr("key-change")));
  EXPECT_THAT(audit({"list", "-n", "1"}).out, HasSubstr("configuration-changed"));

  const auto json =
      boost::json::parse(audit({"list", "--json", "--since", "2026-03-10", "--meter", "m1"}).out);
  EXPECT_EQ(json.at("entry"), 1);
  EXPECT_EQ(json.at("time"), "2026-03-10T10:00:00Z");
  EXPECT_EQ(json.at("identity_proof"), "signature");
  EXPECT_EQ(json.at("comment"), "cover\nwas open");
  EXPECT_EQ(json.at("details").at("function"), "tamper-reset");
}

TEST(AuditCommand, HelpTeachesByExample) {
  TestConsole test;
  EXPECT_EQ(run({"audit", "--help"}, test.console), kOk);
  EXPECT_THAT(test.out.str(), HasSubstr("Examples:"));
}

TEST(AuditCommand, AStoreThatIsNotThereIsAnIoError) {
  TestConsole test;
  EXPECT_EQ(run({"audit", "verify", "--store", "/nowhere/ledger.db"}, test.console), kIoError);
}

}  // namespace
}  // namespace metergate::cli
