// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "gateway/keys/file_key_store.hpp"
#include "protocols/crypto/random.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/keys/key_samples.hpp"

/// What is left of keys and passphrases in this very process (faults.md S12).
namespace metergate::keys {
namespace {

constexpr crypto::ScryptCost kCheap{10, 1, 1};

/// Random octets that are looked for in memory, and are nowhere themselves: each is kept with all
/// its bits turned.
template <std::size_t kSize>
class Canary {
 public:
  [[nodiscard]] Octets octets() const {
    Octets out(kSize);
    for (std::size_t at = 0; at < kSize; ++at) out[at] = static_cast<std::uint8_t>(~turned_[at]);
    return out;
  }

  /// How often it stands in what this process may write to (proc(5)).
  [[nodiscard]] std::size_t count_in_memory() const {
    std::ifstream maps{"/proc/self/maps"};
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) {
      std::uintptr_t start = 0;
      std::uintptr_t end = 0;
      char rights[5] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &start, &end, rights) != 3) continue;
      if (!std::string_view{rights}.starts_with("rw")) continue;
      for (std::uintptr_t place = start; place + kSize <= end; ++place) {
        count += stands_at(reinterpret_cast<const std::uint8_t*>(place)) ? 1U : 0U;
      }
    }
    return count;
  }

 private:
  /// The allocator writes over the begin of what it is given back.
  static constexpr std::size_t kLost = kSize > 64 ? 32 : 0;

  [[nodiscard]] bool stands_at(const std::uint8_t* place) const {
    for (std::size_t at = kLost; at < kSize; ++at) {
      if (static_cast<std::uint8_t>(~place[at]) != turned_[at]) return false;
    }
    return true;
  }
  std::array<std::uint8_t, kSize> turned_ = crypto::random_octets<kSize>();
};

class ForgottenTest : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps what is freed, and maps terabytes";
#endif
  }
  [[nodiscard]] Passphrase secret() const { return Passphrase{passphrase_.octets()}; }
  [[nodiscard]] std::unique_ptr<FileKeyStore> open() const {
    auto store = FileKeyStore::open(file_, secret(), kCheap);
    EXPECT_TRUE(store) << store.error().text;
    return std::move(store).value();
  }
  void import_key(FileKeyStore& store) const {
    Octets octets = key_.octets();
    crypto::SecretOctets secret{octets};
    crypto::wipe(octets);
    ASSERT_TRUE(store.import_key(dkga04_record(), sts::VendingKey::of(std::move(secret)).value()));
  }

  Canary<20> key_;
  Canary<200> passphrase_;
  test::TemporaryDirectory temporary_;
  std::filesystem::path file_ = temporary_.path() / "vending.keys";
};

TEST_F(ForgottenTest, AKeyStandsOnceWhileItsStoreIsOpenAndNowhereAfterwards) {
  ASSERT_TRUE(FileKeyStore::create(file_, secret(), kCheap));
  {
    const auto store = open();
    ASSERT_NO_FATAL_FAILURE(import_key(*store));
    EXPECT_EQ(key_.count_in_memory(), 1U);
    const auto meter = meter_of(dkga04_record(), sts::EncryptionAlgorithm::Misty1);
    ASSERT_TRUE(store->make_token(meter, sts::ManagementToken{}));
    EXPECT_EQ(key_.count_in_memory(), 1U);
  }
  EXPECT_EQ(key_.count_in_memory(), 0U);
  EXPECT_EQ(passphrase_.count_in_memory(), 0U);
}

TEST_F(ForgottenTest, APassphraseThatIsForgottenStandsNowhereAndNothingCanBeChanged) {
  ASSERT_TRUE(FileKeyStore::create(file_, secret(), kCheap));
  ASSERT_NO_FATAL_FAILURE(import_key(*open()));
  const auto store = open();
  EXPECT_EQ(passphrase_.count_in_memory(), 1U);
  store->forget_passphrase();
  EXPECT_EQ(passphrase_.count_in_memory(), 0U);

  const auto meter = meter_of(dkga04_record(), sts::EncryptionAlgorithm::Misty1);
  EXPECT_TRUE(store->make_token(meter, sts::ManagementToken{}));
  for (const auto& refused : {store->remove_key(dkga04_record().name),
                              store->rotate(passphrase("another one, of enough octets"))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, KeyFault::Reason::Secret);
  }
  EXPECT_TRUE(open()->remove_key(dkga04_record().name)) << "and nothing was";
}

}  // namespace
}  // namespace metergate::keys
