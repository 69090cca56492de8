// SPDX-License-Identifier: Apache-2.0
// Image transfer (class 18) with the virtual meter at the other end, over a line that may be cut.
#include "gateway/cli/dlms/image.hpp"

#include <gmock/gmock.h>

#include <set>

#include "gateway/cli/exit_codes.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/dlms_client.hpp"

namespace metergate::cli {
namespace {

using sim::DlmsImage;
using sim::TestDlmsClient;
using testing::HasSubstr;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
const SerialNumber kSerial = *SerialNumber::parse("VM00001001");

/// Content, and the digest of it that the virtual meter wants to see at the end.
Octets sealed(std::size_t octets) {
  Octets out(octets - DlmsImage::kDigestOctets);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * 7);
  const auto digest = crypto::sha256(out);
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

class DlmsImageTest : public testing::Test {
 protected:
  DlmsImageTest() {
    client_.number = sim::kDlmsManagementClient;
    EXPECT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
    order_.identifier = "2.0.0";
    order_.image = sealed(1'950);  // nine blocks and three quarters
  }

  /// The line is cut at the `cut_at`-th method, after the meter took what came with it.
  ImageMeter meter(int cut_at = 1'000'000) {
    const auto left = std::make_shared<int>(cut_at);
    return {[this](const auto& what) -> CliResult<dlms::GetResult> {
              return client_.get(what.class_id, what.logical_name, what.attribute);
            },
            [this](const auto& what, dlms::Data value) -> CliResult<dlms::AccessResult> {
              return client_.set(what.class_id, what.logical_name, what.attribute, value);
            },
            [this, left](const auto& what, dlms::Data value) -> CliResult<dlms::AccessResult> {
              if (what.method == cosem::image_transfer::kBlockTransfer) {
                const auto& fields = *dlms::structure_of(value, 2);
                ++sent_;
                numbers_.insert(*dlms::integer_of(fields[0]));
              }
              const auto result = client_.act(what.class_id, what.logical_name, what.method, value);
              if (--*left == 0) {
                server_.link_lost();
                return failure(CliError{kUnavailable, "the line is cut"});
              }
              return result;
            },
            [this](std::chrono::seconds length) { client_.let_pass(length); }};
  }
  CliResult<ImageDone> transfer(const ImageMeter& over) {
    return transfer_image(over, order_, [this](const ImageProgress& at) { told_.push_back(at); });
  }
  std::string firmware() {
    return *dlms::text_of(std::get<dlms::Data>(client_.get(1, cosem::kFirmwareId, 2)));
  }

  virtual_meter::VirtualMeter meter_{{kSerial}, kNow};
  sim::DlmsSetup setup_ = sim::dlms_setup(kSerial, sim::DlmsSecurity::None);
  sim::DlmsCounters memory_;
  sim::DlmsServer server_{setup_, memory_, sim::fixed_challenge};
  TestDlmsClient client_{server_, meter_, kNow};
  ImageOrder order_;
  std::vector<ImageProgress> told_;
  std::set<std::int64_t> numbers_;
  int sent_ = 0;
};

TEST_F(DlmsImageTest, AnImageIsSentVerifiedAndActivatedWhenThatIsAskedFor) {
  const auto sent = transfer(meter());
  ASSERT_TRUE(sent) << sent.error().text;
  EXPECT_EQ(sent->blocks, 10U);
  EXPECT_FALSE(sent->activated);
  EXPECT_EQ(memory_.image.status(), DlmsImage::Status::Verified);
  EXPECT_EQ(firmware(), "1.0.0") << "verified is not running";
  EXPECT_EQ(told_.back().block, 10U);

  order_.resume = true;
  order_.activate = true;
  const auto activated = transfer(meter());
  ASSERT_TRUE(activated) << activated.error().text;
  EXPECT_TRUE(activated->activated);
  EXPECT_EQ(sent_, 10) << "nothing is sent again";
  EXPECT_EQ(firmware(), "2.0.0");
}

TEST_F(DlmsImageTest, ATransferThatWasCutGoesOnAtTheFirstBlockThatIsMissing) {
  const auto cut = transfer(meter(6));  // begin, and five blocks
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, kUnavailable);
  EXPECT_EQ(memory_.image.first_missing(), 5U);

  ASSERT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
  order_.resume = true;
  numbers_.clear();
  const auto done = transfer(meter());
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->already_there, 5U);
  EXPECT_EQ(numbers_, (std::set<std::int64_t>{5, 6, 7, 8, 9}));
  EXPECT_EQ(sent_, 10);
  EXPECT_EQ(memory_.image.status(), DlmsImage::Status::Verified);
}

TEST_F(DlmsImageTest, WithoutResumeItBeginsAnew) {
  ASSERT_FALSE(transfer(meter(6)));
  ASSERT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
  const auto done = transfer(meter());
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->already_there, 0U);
  EXPECT_EQ(sent_, 15);
}

TEST_F(DlmsImageTest, ABlockTheMeterLeftOutIsSentAgain) {
  ASSERT_TRUE(transfer(meter()));
  // As a meter that was too busy for block 3: everything but that is there.
  static_cast<void>(memory_.image.initiate({'x'}, 1'950));
  for (std::uint32_t block = 0; block < 10; ++block) {
    const auto part = OctetView{order_.image}.subspan(block * 200, block == 9 ? 150 : 200);
    if (block != 3) static_cast<void>(memory_.image.take(block, part));
  }
  order_.resume = true;
  const auto done = transfer(meter());
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->already_there, 3U);
}

TEST_F(DlmsImageTest, AnImageThatIsNotSoundIsSaidToBeSo) {
  order_.image[100] ^= 1U;
  const auto done = transfer(meter());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, kRefused);
  EXPECT_THAT(done.error().text, HasSubstr("verify"));
  EXPECT_EQ(memory_.image.status(), DlmsImage::Status::VerificationFailed);
}

TEST_F(DlmsImageTest, AnotherImageIsNotResumed) {
  ASSERT_FALSE(transfer(meter(8)));  // seven blocks
  ASSERT_EQ(client_.associate().result, dlms::AssociationResult::Accepted);
  order_.image = sealed(600);
  order_.resume = true;
  const auto done = transfer(meter());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("7 blocks of another image, this one has 3"));
}

TEST_F(DlmsImageTest, AMeterThatDoesNotComeToAnEndIsNotWaitedForForEver) {
  order_.patience = std::chrono::seconds{3};
  auto stands_still = meter();
  stands_still.pause = [](std::chrono::seconds) {};
  const auto done = transfer(stands_still);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, kUnconfirmed);
}

TEST_F(DlmsImageTest, TransferIsEnabledWhereItWasNot) {
  memory_.image.enabled = false;
  EXPECT_TRUE(transfer(meter()));
  EXPECT_TRUE(memory_.image.enabled);
}

TEST_F(DlmsImageTest, TheMeterRefusesWhatIsNoBlockOfTheImage) {
  using Answer = DlmsImage::Answer;
  DlmsImage image;
  EXPECT_EQ(image.take(0, Octets(200)), Answer::NotNow);
  EXPECT_EQ(image.initiate({}, 10), Answer::OutOfRange);
  EXPECT_EQ(image.initiate({}, DlmsImage::kMostOctets + 1), Answer::OutOfRange);
  ASSERT_EQ(image.initiate({}, 450), Answer::Done);
  EXPECT_EQ(image.take(3, Octets(50)), Answer::OutOfRange);
  EXPECT_EQ(image.take(0, Octets(199)), Answer::OutOfRange);
  EXPECT_EQ(image.take(2, Octets(200)), Answer::OutOfRange) << "the last one is shorter";
  EXPECT_EQ(image.take(2, Octets(50)), Answer::Done);
  EXPECT_EQ(image.first_missing(), 0U);
  EXPECT_EQ(image.verify(kNow), Answer::NotNow);
  EXPECT_EQ(image.activate(kNow), Answer::NotNow);
}

}  // namespace
}  // namespace metergate::cli
