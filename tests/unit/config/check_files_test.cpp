// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/load.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::config {
namespace {

namespace fs = std::filesystem;

class CheckFiles : public testing::Test {
 protected:
  fs::path write(const char* name, fs::perms permissions) {
    const fs::path path = directory_.path() / name;
    std::ofstream{path} << "x";
    fs::permissions(path, permissions);
    return path;
  }

  static std::vector<std::string> mistakes(Broker broker) {
    Configuration configuration{*SiteId::parse("s"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    configuration.north = North{};
    configuration.north->broker = std::move(broker);
    std::vector<std::string> out;
    for (const ConfigError& error : check_files(configuration, "m.toml")) {
      out.push_back(error.text());
    }
    return out;
  }

  static constexpr fs::perms kOwner = fs::perms::owner_read | fs::perms::owner_write;
  static constexpr fs::perms kAll = kOwner | fs::perms::group_read | fs::perms::others_read;

  test::TemporaryDirectory directory_;
};

TEST_F(CheckFiles, NoFilesAreNoMistake) { EXPECT_TRUE(mistakes({}).empty()); }

TEST_F(CheckFiles, SecretsOfTheOwnerAloneAreTaken) {
  Broker broker;
  broker.password_file = write("password", kOwner);
  broker.tls = Tls{write("ca", kAll), write("certificate", kAll), write("key", kOwner)};
  EXPECT_TRUE(mistakes(broker).empty());
}

TEST_F(CheckFiles, WhereRevokedCertificatesAreLookedAtThereHasToBeAList) {
  Broker broker;
  broker.tls = Tls{write("ca", kAll), {}, {}};
  EXPECT_TRUE(mistakes(broker).empty());
  broker.check_revoked = true;
  EXPECT_THAT(mistakes(broker), testing::ElementsAre(testing::HasSubstr("X509 CRL")));
  std::ofstream{broker.tls->ca_file, std::ios::app} << "\n-----BEGIN X509 CRL-----\n";
  EXPECT_TRUE(mistakes(broker).empty());
}

TEST_F(CheckFiles, APasswordOthersCanReadIsAMistake) {
  Broker broker;
  broker.password_file = write("password", kAll);
  EXPECT_THAT(mistakes(broker),
              testing::ElementsAre(testing::AllOf(testing::HasSubstr("north.broker.password_file"),
                                                  testing::HasSubstr("chmod 0600"))));
}

TEST_F(CheckFiles, ACredentialOfSystemdIsTaken) {
  // The mask of its access list shows as the right of the group.
  Broker broker;
  broker.password_file = write("north.password", fs::perms::owner_read | fs::perms::group_read);
  EXPECT_EQ(mistakes(broker).size(), 1U);
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1), 0);
  EXPECT_TRUE(mistakes(broker).empty());
  fs::permissions(broker.password_file, kAll);
  EXPECT_EQ(mistakes(broker).size(), 1U) << "what others can read is no secret anywhere";
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

TEST_F(CheckFiles, APrivateKeyTheGroupCanReadIsAMistake) {
  Broker broker;
  broker.tls = Tls{write("ca", kAll), write("certificate", kAll),
                   write("key", kOwner | fs::perms::group_read)};
  EXPECT_THAT(mistakes(broker), testing::ElementsAre(testing::HasSubstr("tls.key_file")));
}

TEST_F(CheckFiles, EveryFileThatIsNotThereIsToldAtOnce) {
  Broker broker;
  broker.password_file = directory_.path() / "none";
  broker.tls = Tls{directory_.path() / "no-ca", {}, {}};
  EXPECT_EQ(mistakes(broker).size(), 2U);
}

TEST_F(CheckFiles, ADirectoryIsNoFile) {
  Broker broker;
  broker.tls = Tls{directory_.path(), {}, {}};
  EXPECT_THAT(mistakes(broker), testing::ElementsAre(testing::HasSubstr("no directory")));
}

}  // namespace
}  // namespace metergate::config
