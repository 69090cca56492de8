// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit/audit_heads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;

const std::string kOne(64, '1');
const std::string kTwo(64, '2');
const std::string kThree(64, '3');

std::vector<std::string> texts(const std::vector<AuditHash>& hashes) {
  std::vector<std::string> out;
  for (const AuditHash& hash : hashes) out.push_back(hash_text(hash));
  return out;
}

TEST(AuditHeads, EveryFormInWhichOneIsKeptIsUnderstood) {
  const auto heads =
      heads_in_text(kOne + "\n\n  " + R"({"entries":2,"head":")" + kTwo + "\"}\r\n" +
                        R"(metergate/v1/s/audit {"site":"s","entries":3,"hash":")" + kThree + "\"}",
                    "heads");
  ASSERT_TRUE(heads) << heads.error();
  EXPECT_EQ(texts(*heads), (std::vector{kOne, kTwo, kThree}));
}

TEST(AuditHeads, ALineThatHoldsNoneIsNamed) {
  for (const std::string& line :
       {std::string{"5be0"}, std::string{"{}"}, std::string{R"({"hash":7})"},
        R"({"hash":")" + kOne + "00\"}", R"({"hash":")" + kOne + '"', "#" + kOne}) {
    const auto heads = heads_in_text(kOne + '\n' + line + '\n', "heads");
    ASSERT_FALSE(heads) << line;
    EXPECT_THAT(heads.error(), HasSubstr("heads, line 2: `" + line.substr(0, 1)));
    EXPECT_THAT(heads.error(), HasSubstr("64 hex digits"));
  }
}

// Else a file that was emptied would find every trail sound.
TEST(AuditHeads, AFileWithoutAnyIsAMistake) {
  EXPECT_FALSE(heads_in_text("", "heads"));
  EXPECT_FALSE(heads_in_text("\n  \n", "heads"));
}

TEST(AuditHeads, AFileIsReadAndOneThatIsNotThereIsTold) {
  const test::TemporaryDirectory folder;
  const auto file = folder.path() / "heads";
  std::ofstream{file} << kOne << '\n' << kTwo << '\n';
  const auto heads = heads_in_file(file.string());
  ASSERT_TRUE(heads);
  EXPECT_EQ(heads->size(), 2U);
  const auto none = heads_in_file((folder.path() / "other").string());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), HasSubstr("no file that can be read"));
  EXPECT_FALSE(heads_in_file(folder.path().string())) << "a folder";
}

}  // namespace
}  // namespace metergate::cli
