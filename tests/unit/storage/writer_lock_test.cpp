// SPDX-License-Identifier: Apache-2.0
#include "storage/writer_lock.hpp"

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class WriterLockTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
};

TEST_F(WriterLockTest, OneHoldsItAndTheNextIsToldWhatToDo) {
  const auto first = WriterLock::take(file);
  ASSERT_TRUE(first);
  const auto second = WriterLock::take(file);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, StorageError::Reason::Busy);
  EXPECT_NE(second.error().what.find("stop it first, or open the ledger for reading"),
            std::string::npos);
}

TEST_F(WriterLockTest, ItIsFreeAgainWhenItsHolderIsGone) {
  static_cast<void>(WriterLock::take(file));
  EXPECT_TRUE(WriterLock::take(file));
}

TEST_F(WriterLockTest, AFolderThatIsNotThereIsNamed) {
  const auto refused = WriterLock::take(directory.path() / "none" / "ledger.db");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::CannotOpen);
  EXPECT_NE(refused.error().what.find("ledger.db.lock: opening the ledger's lock failed: No such"),
            std::string::npos);
}

}  // namespace
}  // namespace metergate::test
