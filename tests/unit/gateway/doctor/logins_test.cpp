// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/logins.hpp"

#include <gmock/gmock.h>

#include "gateway/console/users_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::doctor {
namespace {

using ::testing::HasSubstr;

class DoctorLogins : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  config::Console console_{.users_file = directory_.path() / "users"};
  AccessRules rules_;

  void add(const std::string& name, const std::string& operator_name) {
    const auto done = console::change_users(
        console_.users_file,
        [&](std::vector<console::ConsoleUser>& users) -> Result<Done, std::string> {
          console::PasswordHash hash;
          hash.key = crypto::SecretOctets{std::array<std::uint8_t, 32>{}};
          users.push_back({name, operator_name, {}, hash});
          return Done{};
        });
    ASSERT_TRUE(done) << done.error();
  }
};

TEST_F(DoctorLogins, AConsoleNobodyCanEnterIsTold) {
  const auto found = look_at_logins(console_, rules_);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].verdict, Verdict::Warn);
  EXPECT_THAT(found[0].advice, HasSubstr("console-user add"));
}

TEST_F(DoctorLogins, ALoginWithoutItsOperatorIsNamed) {
  add("anna", "anna-op");
  add("ben", "ben-op");
  rules_.operators.push_back({.name = "anna-op", .roles = {}, .public_keys = {}, .local_user = {}});
  const auto found = look_at_logins(console_, rules_);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].text, HasSubstr("ben cannot log in"));
  rules_.operators.push_back({.name = "ben-op", .roles = {}, .public_keys = {}, .local_user = {}});
  EXPECT_EQ(look_at_logins(console_, rules_).at(0).verdict, Verdict::Ok);
}

TEST_F(DoctorLogins, AFileOthersCanReadFails) {
  add("anna", "anna-op");
  std::filesystem::permissions(console_.users_file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(look_at_logins(console_, rules_).at(0).verdict, Verdict::Fail);
}

}  // namespace
}  // namespace metergate::doctor
