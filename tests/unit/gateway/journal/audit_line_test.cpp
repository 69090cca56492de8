// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/audit_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::journal {
namespace {

using testing::HasSubstr;
using testing::Not;

AuditRecord record() {
  AuditRecord row;
  row.seq = 12;
  row.at = UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{10}};
  row.kind = "token-issued";
  row.meter = "house-001";
  row.operator_name = "anna";
  row.proof = "signature";
  row.work_order = "WO 7";
  row.details_json = R"({"issue":"c-1"})";
  row.hash = Octets(32, 0xAB);
  return row;
}

TEST(AuditLine, SaysWhoDidWhatOnWhichMeterAndWhy) {
  std::string hash;
  for (int i = 0; i < 32; ++i) hash += "ab";
  EXPECT_EQ(audit_line(record()),
            "audit 12 2026-03-01T10:00:00Z token-issued meter=house-001 operator=anna "
            "proof=signature work_order=\"WO 7\" details={\"issue\":\"c-1\"} hash=" +
                hash);
}

TEST(AuditLine, ATokenThatSomebodyWroteIntoACommentKeepsFourDigits) {
  AuditRecord row = record();
  row.comment = "gave him 12345678901234567890";
  row.details_json = R"({"comment":"1234 5678 9012 3456 7890"})";
  EXPECT_THAT(audit_line(row), HasSubstr("7890"));
  EXPECT_THAT(audit_line(row), Not(HasSubstr("12345678")));
  EXPECT_THAT(audit_line(row), Not(HasSubstr("1234 5678")));
}

TEST(AuditLine, NobodyWritesALineOfHisOwn) {
  AuditRecord row = record();
  row.comment = "x\n<85>metergate[1]: audit 13 nothing happened";
  EXPECT_THAT(audit_line(row), Not(HasSubstr("\n")));
  EXPECT_THAT(audit_line(row), HasSubstr("comment=\"x"));
}

}  // namespace
}  // namespace metergate::journal
