// SPDX-License-Identifier: Apache-2.0
// The PKCS#11 backend with a real module: SoftHSM 2 on a token of its own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gateway/keys/open_key_store.hpp"
#include "gateway/keys/pkcs11_key_store.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/keys/key_store_laws.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr const char* kPin = "876543";

class SoftHsm : public ::testing::Test {
 protected:
  SoftHsm() {
    std::filesystem::create_directory(folder_ / "tokens");
    configure("");
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    const std::string command =
        std::string{
            "softhsm2-util --init-token --free --label metergate --so-pin 12345678 --pin "} +
        kPin + " > /dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
  ~SoftHsm() override { ::unsetenv("SOFTHSM2_CONF"); }

  void configure(const std::string& more) const {
    std::ofstream out{folder_ / "softhsm2.conf"};
    out << "directories.tokendir = " << (folder_ / "tokens").string()
        << "\nobjectstore.backend = file\nlog.level = ERROR\n"
        << more;
  }
  [[nodiscard]] static Result<std::unique_ptr<Pkcs11KeyStore>, KeyFault> open() {
    return Pkcs11KeyStore::open(kToken, passphrase(kPin));
  }

  inline static const Pkcs11Token kToken{"/usr/lib/softhsm/libsofthsm2.so", "metergate"};
  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

TEST_F(SoftHsm, MakesTheTokensOfTheVectorsAndRefusesWhatItMust) {
  auto store = open();
  ASSERT_TRUE(store) << store.error().text;
  EXPECT_EQ((*store)->abilities(),
            "DKGA04 vending keys: used in the module, never leave it\n"
            "DKGA02 vending keys: unwrapped into this process for the one operation and wiped");
  expect_store_keeps_the_laws(**store);
}

TEST_F(SoftHsm, WithoutTheHmacMechanismDkga04KeysAreUnwrappedForTheOperation) {
  configure("slots.mechanisms = CKM_AES_KEY_GEN,CKM_AES_KEY_WRAP_PAD\n");
  auto store = open();
  ASSERT_TRUE(store) << store.error().text;
  EXPECT_EQ((*store)->abilities().find("never leave it"), std::string::npos);
  expect_store_keeps_the_laws(**store);
}

TEST_F(SoftHsm, WithoutAMechanismToUnwrapADkga02KeyIsNotTakenIn) {
  configure("slots.mechanisms = CKM_SHA256_HMAC\n");
  auto store = open();
  ASSERT_TRUE(store) << store.error().text;
  const auto refused = (*store)->import_key(dkga02_record(), vending_key(kDkga02Key));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Refused);
  EXPECT_TRUE((*store)->import_key(dkga04_record(), vending_key(kDkga04Key)));
}

TEST_F(SoftHsm, KeysAreThereAfterOpeningAnew) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->import_key(dkga04_record(), vending_key(kDkga04Key)));
  }
  ::setenv("METERGATE_TEST_PIN", kPin, 1);
  auto store = open_key_store({kToken, FromEnvironment{"METERGATE_TEST_PIN"}}, Purpose::Vending);
  ::unsetenv("METERGATE_TEST_PIN");
  ASSERT_TRUE(store) << store.error().text;
  const auto meter = meter_of(dkga04_record(), sts::EncryptionAlgorithm::Misty1);
  EXPECT_EQ((*store)->make_token(meter, credit_at(5)).value(),
            expected_token(kDkga04Key, meter, credit_at(5)));
}

TEST_F(SoftHsm, AWrongPinAWrongTokenAndAWrongModuleAreToldApart) {
  EXPECT_EQ(Pkcs11KeyStore::open(kToken, passphrase("000000")).error().reason, Reason::Secret);
  const auto token = Pkcs11KeyStore::open({kToken.module, "nobody"}, passphrase(kPin));
  EXPECT_EQ(token.error().text, "the PKCS#11 module has no token `nobody`; there are: metergate");
  const auto module = Pkcs11KeyStore::open({"/nonexistent.so", "metergate"}, passphrase(kPin));
  EXPECT_EQ(module.error().reason, Reason::Unavailable);
}

}  // namespace
}  // namespace metergate::keys
