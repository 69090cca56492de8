// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "config/load.hpp"
#include "gateway/access/identity.hpp"
#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/north/signed_body.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kBody = R"({"id":"c-1","operator":"anna","params":{"energy_wh":2500}})";

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

class SignCommand : public ::testing::Test {
 protected:
  SignCommand() { body_ = file("body.json", kBody); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{path(name)} << text;
    return path(name);
  }

  static Ran ran(std::vector<std::string> arguments) {
    TestConsole test;
    const int code = run(std::move(arguments), test.console);
    return {code, test.out.str(), test.err.str()};
  }
  /// The line for the configuration.
  [[nodiscard]] std::string make_key(const std::string& name) const {
    const Ran made = ran({"operator", "make-key", path(name)});
    EXPECT_EQ(made.code, kOk) << made.err;
    return made.out;
  }
  [[nodiscard]] Ran sign(const std::string& key, const std::string& body,
                         const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"sign",    "--key", path(key), "--site",     "s1",
                                       "--meter", "m1",    "--verb",  "issue-token"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(body);
    return ran(std::move(arguments));
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
  std::string body_;
};

TEST_F(SignCommand, AMadeKeyIsItsOwnersAloneAndIsNeverReplaced) {
  const std::string line = make_key("a.pem");
  EXPECT_THAT(line, testing::MatchesRegex("public_keys = \\[\"[0-9a-f]{64}\"\\]\n"));
  struct stat found {};
  ASSERT_EQ(::stat(path("a.pem").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_EQ(ran({"operator", "show-key", path("a.pem")}).out, line);
  const Ran again = ran({"operator", "make-key", path("a.pem")});
  EXPECT_NE(again.code, kOk);
  EXPECT_EQ(ran({"operator", "show-key", path("a.pem")}).out, line);
}

// From the key to the identity: what an operator does, and what the gateway makes of it.
TEST_F(SignCommand, ASignedAndApprovedBodyProvesBothOperatorsToTheGateway) {
  const auto configuration = config::parse(
      "site = \"s1\"\n[[role]]\nname = \"r\"\nfunctions = [\"supply-group\"]\n"
      "[[operator]]\nname = \"anna\"\nroles = [\"r\"]\n" +
          make_key("a.pem") + "[[operator]]\nname = \"ben\"\nroles = [\"r\"]\n" + make_key("b.pem"),
      "m.toml");
  ASSERT_TRUE(configuration) << configuration.error().front().text();
  const Ran once = sign("a.pem", body_);
  ASSERT_EQ(once.code, kOk) << once.err;
  const Ran twice = sign("b.pem", file("signed.json", once.out), {"--approve", "ben"});
  ASSERT_EQ(twice.code, kOk) << twice.err;

  const auto body = boost::json::parse(twice.out).get_object();
  const auto proof = north::read_proof({"s1", "m1", "issue-token"}, body);
  ASSERT_TRUE(proof);
  const auto who = access::identify(configuration->access, *proof, std::nullopt);
  ASSERT_TRUE(who) << who.error().expected;
  EXPECT_EQ(who->requester.name, "anna");
  EXPECT_EQ(who->requester.proof, IdentityProof::Signature);
  ASSERT_TRUE(who->approver);
  EXPECT_EQ(who->approver->name, "ben");

  const auto elsewhere = north::read_proof({"s1", "m2", "issue-token"}, body);
  ASSERT_TRUE(elsewhere);
  EXPECT_FALSE(access::identify(configuration->access, *elsewhere, std::nullopt));
}

TEST_F(SignCommand, ACommandToTheBoxIsSignedWithoutAMeter) {
  const Ran box = ran({"sign", "--octets", "--site", "s1", "--verb", "change-registry", body_});
  EXPECT_EQ(box.code, kOk) << box.err;
  EXPECT_THAT(box.out, testing::StartsWith("metergate-command-v1\ns1\nchange-registry\n\n{"));
  EXPECT_EQ(
      ran({"sign", "--octets", "--site", "s1", "--meter", "m1", "--verb", "change-registry", body_})
          .code,
      kUsage);
  EXPECT_EQ(ran({"sign", "--octets", "--site", "s1", "--verb", "issue-token", body_}).code, kUsage);
}

TEST_F(SignCommand, TheOctetsForAnotherToolAreThoseThatAreSigned) {
  const Ran told =
      ran({"sign", "--octets", "--site", "s1", "--meter", "m1", "--verb", "issue-token", body_});
  EXPECT_EQ(told.code, kOk) << told.err;
  EXPECT_EQ(told.out, "metergate-command-v1\ns1\nissue-token\nm1\n" + std::string{kBody});
}

TEST_F(SignCommand, WhatCannotBeSignedIsNamed) {
  static_cast<void>(make_key("a.pem"));
  const Ran fraction =
      sign("a.pem", file("f.json", R"({"operator":"anna","params":{"energy_wh":2.5}})"));
  EXPECT_EQ(fraction.code, kUsage);
  EXPECT_THAT(fraction.err, HasSubstr("params.energy_wh"));
  EXPECT_THAT(sign("a.pem", file("n.json", "{}")).err, HasSubstr("operator is missing"));
  EXPECT_EQ(sign("a.pem", file("b.json", "{")).code, kUsage);
  EXPECT_EQ(sign("a.pem", path("none.json")).code, kIoError);
  EXPECT_THAT(sign("a.pem", body_, {"--approve", "anna"}).err, HasSubstr("another operator"));
  EXPECT_EQ(ran({"sign", "--site", "s1", "--meter", "m1", "--verb", "read", body_}).code, kUsage);
}

TEST_F(SignCommand, AKeyThatOthersCanReadIsNotUsed) {
  static_cast<void>(make_key("a.pem"));
  ::chmod(path("a.pem").c_str(), 0644);
  const Ran refused = sign("a.pem", body_);
  EXPECT_NE(refused.code, kOk);
  EXPECT_THAT(refused.err, HasSubstr("0600"));
  const std::string none = file("x.pem", "no key");
  ::chmod(none.c_str(), 0600);
  EXPECT_THAT(sign("x.pem", body_).err, HasSubstr("holds no Ed25519 private key"));
}

}  // namespace
}  // namespace metergate::cli
