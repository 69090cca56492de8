// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/file_key_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gateway/keys/private_file.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/utrn/utrn_mac.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/keys/key_store_laws.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr crypto::ScryptCost kCheap{10, 1, 1};
constexpr const char* kPassphrase = "a passphrase for tests";

class FileKeyStoreTest : public ::testing::Test {
 protected:
  FileKeyStoreTest() { EXPECT_TRUE(FileKeyStore::create(file_, passphrase(kPassphrase), kCheap)); }

  [[nodiscard]] std::unique_ptr<FileKeyStore> open() const {
    auto store = FileKeyStore::open(file_, passphrase(kPassphrase), kCheap);
    EXPECT_TRUE(store) << store.error().text;
    return std::move(store).value();
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
  std::filesystem::path file_ = folder_ / "vending.keys";
};

TEST_F(FileKeyStoreTest, MakesTheTokensOfTheVectorsAndRefusesWhatItMust) {
  auto store = open();
  expect_store_keeps_the_laws(*store);
}

TEST_F(FileKeyStoreTest, WhatWasImportedIsThereAfterOpeningAnew) {
  ASSERT_TRUE(open()->import_key(dkga04_record(), vending_key(kDkga04Key)));
  const auto all = open()->list();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_TRUE(all->front() == dkga04_record());
}

TEST_F(FileKeyStoreTest, SuppliersKeyMakesTheUtrnOfTheVector) {
  const utrn::Eui64 supplier{0x0011223344556677};
  const auto key = crypto::SecretOctets::from_hex(
      "e05a188595e8fdf2ccfc6ba17c698a62b95ac6d5d29287c49232e46ce881ef09");
  const auto meter = hex::parse(
      "04fac53b531113c12e26a3c8595d911fc1edc754eeab241d88bf01e2b7debbf0c7"
      "21d14a7cc369f69148740f8eefdf70abe940fa8603568cdc7785b26fa8684e95");
  ASSERT_TRUE(key && meter);
  ASSERT_TRUE(open()->import_supplier({supplier, *key}));
  const auto store = open();
  EXPECT_EQ(store->suppliers(), std::vector{supplier});
  EXPECT_EQ(store->import_supplier({supplier, *key}).error().reason, Reason::Present);
  const auto shared = store->shared_with(supplier, *meter);
  ASSERT_TRUE(shared);
  const auto made =
      utrn::make_utrn(*shared, {supplier, utrn::Eui64{0x8899aabbccddeeff}}, utrn::UtrnCounter{1},
                      utrn::TopUpValue::from_minor_units(500).value());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->reveal(), "73942998794118649990");
  ASSERT_TRUE(store->remove_supplier(supplier));
  EXPECT_EQ(store->shared_with(supplier, *meter).error().reason, Reason::NoKey);
  EXPECT_EQ(open()->remove_supplier(supplier).error().reason, Reason::NoKey);
}

TEST_F(FileKeyStoreTest, WhatIsNoKeyOfP256IsNotTakenIn) {
  const utrn::Eui64 supplier{1};
  for (const Octets& octets : {Octets(32), Octets(31, 1), Octets(32, 0xFF)}) {
    EXPECT_EQ(open()->import_supplier({supplier, crypto::SecretOctets{octets}}).error().reason,
              Reason::Field);
  }
  ASSERT_TRUE(open()->import_supplier({supplier, crypto::SecretOctets{Octets(32, 7)}}));
  EXPECT_EQ(open()->shared_with(supplier, Octets(65, 4)).error().reason, Reason::Field);
}

TEST_F(FileKeyStoreTest, TheFileHasMode0600AndHoldsNoKeyInTheClear) {
  auto store = open();
  ASSERT_TRUE(store->import_key(dkga04_record(), vending_key(kDkga04Key)));
  struct stat found {};
  ASSERT_EQ(::stat(file_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  const Octets octets = read_private_file(file_, 1U << 20U).value();
  const Octets key = hex::parse(kDkga04Key).value();
  EXPECT_EQ(std::search(octets.begin(), octets.end(), key.begin(), key.begin() + 8), octets.end());
}

TEST_F(FileKeyStoreTest, AFileOthersCanReadIsNotOpened) {
  ASSERT_EQ(::chmod(file_.c_str(), 0640), 0);
  const auto store = FileKeyStore::open(file_, passphrase(kPassphrase), kCheap);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().reason, Reason::Unprotected);
  EXPECT_EQ(store.error().text,
            file_.string() + " has mode 0640; must be 0600 or narrower (chmod 600)");
}

TEST_F(FileKeyStoreTest, AnExistingFileIsNotCreatedOver) {
  const auto again = FileKeyStore::create(file_, passphrase(kPassphrase), kCheap);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::Present);
}

TEST_F(FileKeyStoreTest, AShortPassphraseIsRefused) {
  const auto made = FileKeyStore::create(folder_ / "other.keys", passphrase("short"), kCheap);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().text, "the passphrase has 5 octets; must be at least 12");
}

TEST_F(FileKeyStoreTest, AfterARotationOnlyTheNewPassphraseOpensIt) {
  auto store = open();
  ASSERT_TRUE(store->import_key(dkga04_record(), vending_key(kDkga04Key)));
  ASSERT_TRUE(store->rotate(passphrase("another passphrase")));
  EXPECT_EQ(FileKeyStore::open(file_, passphrase(kPassphrase)).error().reason, Reason::Secret);
  const auto fresh = FileKeyStore::open(file_, passphrase("another passphrase"), kCheap);
  ASSERT_TRUE(fresh);
  EXPECT_EQ((*fresh)->list().value().size(), 1U);
  EXPECT_TRUE(store->import_key(dkga02_record(), vending_key(kDkga02Key)));
}

TEST_F(FileKeyStoreTest, TwoProcessesThatImportLoseNothing) {
  auto first = open();
  auto second = open();
  ASSERT_TRUE(first->import_key(dkga04_record(), vending_key(kDkga04Key)));
  ASSERT_TRUE(second->import_key(dkga02_record(), vending_key(kDkga02Key)));
  EXPECT_EQ(open()->list().value().size(), 2U);
}

TEST_F(FileKeyStoreTest, WhatAnInterruptedWriteLeftBehindIsNoObstacle) {
  std::ofstream{file_.string() + ".new-" + std::to_string(::getpid())} << "half";
  EXPECT_TRUE(open()->import_key(dkga04_record(), vending_key(kDkga04Key)));
  EXPECT_EQ(open()->list().value().size(), 1U);
}

TEST_F(FileKeyStoreTest, APassphraseComesFromAFileACredentialOrTheEnvironment) {
  const auto file = folder_ / "passphrase";
  ASSERT_TRUE(write_private_file(file, Octets{'s', 'e', 's', 'a', 'm', 'e', '\n'}, Replace::No));
  const Octets sesame{'s', 'e', 's', 'a', 'm', 'e'};
  const auto octets = [](const Result<Passphrase, KeyFault>& read) {
    return Octets(read->view().begin(), read->view().end());
  };
  const auto from_file = read_passphrase(FromFile{file});
  ASSERT_TRUE(from_file);
  EXPECT_EQ(octets(from_file), sesame);

  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1), 0);
  const auto from_credential = read_passphrase(FromCredential{"passphrase"});
  ASSERT_TRUE(from_credential);
  EXPECT_EQ(octets(from_credential), sesame);
  EXPECT_FALSE(read_passphrase(FromCredential{"../passphrase"}));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(read_passphrase(FromCredential{"passphrase"}).error().reason, Reason::Secret);

  ASSERT_EQ(::setenv("METERGATE_TEST_PASSPHRASE", "sesame", 1), 0);
  const auto from_environment = read_passphrase(FromEnvironment{"METERGATE_TEST_PASSPHRASE"});
  ASSERT_TRUE(from_environment);
  EXPECT_EQ(octets(from_environment), sesame);
  ::setenv("METERGATE_TEST_PASSPHRASE", "", 1);
  EXPECT_FALSE(read_passphrase(FromEnvironment{"METERGATE_TEST_PASSPHRASE"}));
  ::unsetenv("METERGATE_TEST_PASSPHRASE");
  EXPECT_FALSE(read_passphrase(FromEnvironment{"METERGATE_TEST_PASSPHRASE"}));
}

TEST_F(FileKeyStoreTest, APassphraseFileOthersCanReadIsRefused) {
  const auto file = folder_ / "passphrase";
  std::ofstream{file} << "sesame";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(read_passphrase(FromFile{file}).error().reason, Reason::Unprotected);
}

}  // namespace
}  // namespace metergate::keys
