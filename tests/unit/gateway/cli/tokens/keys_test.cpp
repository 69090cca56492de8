// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "abababababababab949494949494949401234567";

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

class KeysCommand : public ::testing::Test {
 protected:
  KeysCommand() {
    file_ = (folder_ / "vending.keys").string();
    passphrase_ = secret_file("passphrase", "a passphrase for tests");
  }

  [[nodiscard]] std::string secret_file(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream{path} << text << '\n';
    ::chmod(path.c_str(), 0600);
    return path;
  }

  /// `metergate keys <command>` on the file, with its passphrase.
  Ran ran(const std::string& command, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"keys",     command, "--file", file_, "--passphrase-file",
                                       passphrase_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    TestConsole test;
    const int code = run(std::move(arguments), test.console);
    return {code, test.out.str(), test.err.str()};
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
  std::string file_;
  std::string passphrase_;
};

TEST_F(KeysCommand, AKeyIsImportedListedAndRemoved) {
  ASSERT_EQ(ran("init").code, kOk);
  EXPECT_EQ(ran("init").code, kRefused);
  const std::string key = secret_file("key", kKey);
  const Ran imported = ran("import", {"--sgc", "201457", "--ken", "170", "--key", key});
  ASSERT_EQ(imported.code, kOk) << imported.err;
  EXPECT_EQ(ran("import", {"--sgc", "201457", "--key", key}).code, kRefused);

  const Ran listed = ran("list", {"--json"});
  ASSERT_EQ(listed.code, kOk);
  EXPECT_EQ(boost::json::parse(listed.out),
            boost::json::parse(R"({"keys":[{"sgc":"201457","kt":2,"krn":1,"base_date":"14",
              "dkga":"04","ken":170,"good_until":"2035-04-23T09:35:00Z","ea":"07+11"}],
              "operator_tables":false})"));
  const Ran shown = ran("list");
  EXPECT_THAT(shown.out, HasSubstr("201457"));
  EXPECT_THAT(shown.err, HasSubstr("sample tables"));
  for (const Ran& told : {imported, listed, shown}) {
    EXPECT_THAT(told.out + told.err, Not(HasSubstr("abab")));
  }
  EXPECT_EQ(ran("remove", {"--sgc", "201457"}).code, kOk);
  EXPECT_EQ(ran("remove", {"--sgc", "201457"}).code, kRefused);
}

TEST_F(KeysCommand, AKeyComesFromStandardInputToo) {
  ASSERT_EQ(ran("init").code, kOk);
  std::istringstream typed{std::string{kKey} + "\n"};
  auto* const before = std::cin.rdbuf(typed.rdbuf());
  const Ran imported = ran("import", {"--sgc", "201457"});
  std::cin.rdbuf(before);
  EXPECT_EQ(imported.code, kOk) << imported.err;
}

TEST_F(KeysCommand, AKeyOfTheWrongLengthOrAnOpenFileIsRefused) {
  ASSERT_EQ(ran("init").code, kOk);
  const std::string shorter = secret_file("short", "abababababababab");
  EXPECT_THAT(ran("import", {"--sgc", "201457", "--key", shorter}).err,
              HasSubstr("DKGA04 has 20 octets, this one has 8"));
  const std::string open = secret_file("open", kKey);
  ::chmod(open.c_str(), 0644);
  EXPECT_EQ(ran("import", {"--sgc", "201457", "--key", open}).code, kConfigurationError);
  const Ran bad = ran("import", {"--sgc", "2014", "--key", open});
  EXPECT_EQ(bad.code, kUsage);
  EXPECT_THAT(bad.err, HasSubstr("SGC 2014: must be six digits"));
}

TEST_F(KeysCommand, RotationTakesANewPassphrase) {
  ASSERT_EQ(ran("init").code, kOk);
  const std::string fresh = secret_file("fresh", "another passphrase");
  ASSERT_EQ(ran("rotate", {"--new-passphrase-file", fresh}).code, kOk);
  EXPECT_EQ(ran("list").code, kConfigurationError);
  passphrase_ = fresh;
  EXPECT_EQ(ran("list").code, kOk);
}

TEST_F(KeysCommand, OperatorsTablesAreTakenIn) {
  ASSERT_EQ(ran("init").code, kOk);
  const std::string tables = (folder_ / "tables.toml").string();
  std::string p = "p = [0";
  for (int i = 1; i < 64; ++i) p += "," + std::to_string(i);
  const std::string s = " = [15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0]\n";
  std::ofstream{tables} << "s1" << s << "s2" << s << p << "]\n";
  ASSERT_EQ(ran("import-tables", {tables}).code, kOk);
  EXPECT_THAT(ran("list", {"--json"}).out, HasSubstr("\"operator_tables\":true"));
  EXPECT_EQ(ran("import-tables", {"/nonexistent"}).code, kConfigurationError);
}

TEST_F(KeysCommand, TheStoreAndTheSecretMustBeNamedOnce) {
  TestConsole test;
  EXPECT_EQ(run({"keys", "list"}, test.console), kUsage);
  EXPECT_THAT(test.err.str(), HasSubstr("--file, or --module and --token"));
  EXPECT_EQ(ran("list", {"--passphrase-env", "X"}).code, kUsage);
  EXPECT_EQ(ran("list", {"--module", "x.so"}).code, kUsage);
}

}  // namespace
}  // namespace metergate::cli
