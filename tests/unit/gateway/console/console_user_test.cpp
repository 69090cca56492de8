// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/console_user.hpp"

#include <gmock/gmock.h>

#include "gateway/console/users_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::console {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

OctetView octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

const PasswordHash& some_hash() {
  static const PasswordHash hash = *hash_password(octets("correct horse"));
  return hash;
}

ConsoleUser anna() { return {"anna", "anna-op", {Verb::Read, Verb::SetRelay}, some_hash()}; }

TEST(ConsolePassword, OnlyTheVeryOneMatches) {
  EXPECT_TRUE(matches(some_hash(), octets("correct horse")));
  EXPECT_FALSE(matches(some_hash(), octets("correct horsf")));
  EXPECT_FALSE(matches(some_hash(), octets("")));
}

TEST(ConsolePassword, NobodysIsMatchedByNothing) {
  EXPECT_FALSE(matches(nobodys_password(), octets("")));
  EXPECT_EQ(nobodys_password().cost, some_hash().cost) << "a stranger has to take as long";
}

TEST(ConsolePassword, TwoOfTheSameWordAreKeptDifferently) {
  EXPECT_NE(hash_password(octets("correct horse"))->salt, some_hash().salt);
}

TEST(ConsoleUsers, WhatIsWrittenIsRead) {
  const ConsoleUser looks{"ben", "ben-op", {}, some_hash()};
  const auto read = parse_users(users_text({anna(), looks}));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].operator_name, "anna-op");
  EXPECT_THAT((*read)[0].verbs, ::testing::ElementsAre(Verb::Read, Verb::SetRelay));
  EXPECT_TRUE((*read)[1].verbs.empty());
  EXPECT_TRUE(matches((*read)[0].password, octets("correct horse")));
  EXPECT_EQ(credentials_of((*read)[0]), credentials_of(anna()));
}

TEST(ConsoleUsers, EverythingInAnEntryCountsForItsLogins) {
  ConsoleUser other = anna();
  other.verbs.pop_back();
  EXPECT_NE(credentials_of(other), credentials_of(anna()));
  other = anna();
  other.operator_name = "ben-op";
  EXPECT_NE(credentials_of(other), credentials_of(anna()));
  other = anna();
  other.password = *hash_password(octets("correct horse"));
  EXPECT_NE(credentials_of(other), credentials_of(anna()));
}

TEST(ConsoleUsers, ADamagedLineIsNamedAndNotRepeated) {
  const std::string good = users_text({anna()});
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"scrypt=15,8,1", "scrypt=30,8,1"},
                                                        {"scrypt=15,8,1", "scrypt=2,1,1"},
                                                        {"may=read", "may=erase-tenancy,read"},
                                                        {"operator=", "operator=+"},
                                                        {"salt=", "salt=00"},
                                                        {"key=", "key=zz"},
                                                        {"anna ", "an/na "}}) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    const auto read = parse_users(text);
    ASSERT_FALSE(read) << from << " as " << to;
    EXPECT_THAT(read.error(), HasSubstr("line 2"));
    EXPECT_THAT(read.error(), Not(HasSubstr("anna")));
  }
  EXPECT_FALSE(parse_users(good + good.substr(good.find("anna ")))) << "a name twice";
}

TEST(UsersFile, IsReadAgainWhenItChanged) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "users";
  UsersFile users{file};
  EXPECT_FALSE(users.find("anna"));
  EXPECT_TRUE(users.trouble());
  const auto add = [](std::vector<ConsoleUser>& all) -> Result<Done, std::string> {
    all.push_back(anna());
    return Done{};
  };
  ASSERT_TRUE(change_users(file, add));
  EXPECT_TRUE(users.find("anna"));
  EXPECT_FALSE(users.trouble());
  std::filesystem::permissions(file, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_FALSE(users.find("anna")) << "a file others can read lets nobody in";
  EXPECT_THAT(*users.trouble(), HasSubstr("0600"));
}

}  // namespace
}  // namespace metergate::console
