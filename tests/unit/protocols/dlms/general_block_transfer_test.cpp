// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/general_block_transfer.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace metergate::dlms {
namespace {

using Transfer = GeneralBlockTransfer;
using testing::HasSubstr;

Octets some_octets(std::size_t count, std::uint8_t first) {
  Octets out(count);
  for (std::size_t at = 0; at < count; ++at) out[at] = static_cast<std::uint8_t>(first + at);
  return out;
}

Transfer client(std::uint8_t window = 1) {
  return Transfer{{.max_octets = 4'096, .send_window = window, .receive_window = window}};
}
Transfer server(std::uint8_t window = 1) {
  return Transfer{{.side = Transfer::Side::Server, .max_octets = 4'096, .receive_window = window}};
}
std::vector<GeneralBlock> sent(const Transfer::Step& step) {
  const auto* out = std::get_if<Transfer::Send>(&step);
  return out == nullptr ? std::vector<GeneralBlock>{} : out->blocks;
}
GeneralBlock only(const Transfer::Step& step) {
  const auto blocks = sent(step);
  if (blocks.size() != 1) throw std::runtime_error{"not one block"};
  return blocks.front();
}
std::string broken(const Transfer::Step& step) {
  const auto* why = std::get_if<Transfer::Broken>(&step);
  return why == nullptr ? "nothing" : why->what;
}
GeneralBlock acknowledges(std::uint16_t block, std::uint16_t number, std::uint8_t window = 1) {
  return {false, false, window, number, block, {}};
}

TEST(GeneralBlocks, ARequestGoesOutBlockByBlockAndItsAnswerComes) {
  Transfer ours = client();
  Transfer theirs = server();
  const Octets request = some_octets(50, 0xC1);
  GeneralBlock block = only(ours.begin(request, 29));  // three blocks of 20, 20 and 10
  EXPECT_EQ(block, (GeneralBlock{false, false, 1, 1, 0, some_octets(20, 0xC1)}));
  block = only(ours.take(only(theirs.take(block))));
  EXPECT_EQ(block.number, 2);
  block = only(ours.take(only(theirs.take(block))));
  EXPECT_TRUE(block.last);
  const auto whole = theirs.take(block);
  EXPECT_EQ(std::get<Transfer::Whole>(whole).apdu, request);
  const GeneralBlock answer = only(theirs.begin(some_octets(4, 0xC5), 64));
  EXPECT_EQ(answer.acknowledged, 3) << "the answer acknowledges the last block";
  EXPECT_EQ(std::get<Transfer::Whole>(ours.take(answer)).apdu, some_octets(4, 0xC5));
  EXPECT_FALSE(ours.silence()) << "nothing is left to be said";
}

TEST(GeneralBlocks, TheWindowIsTheSmallerOneOnceTheOtherSideHasTold) {
  Transfer ours = client(5);
  EXPECT_EQ(sent(ours.begin(some_octets(200, 0), 19)).size(), 1U) << "nobody told yet";
  auto blocks = sent(ours.take(acknowledges(1, 1, 3)));
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_TRUE(blocks[0].streaming);
  EXPECT_FALSE(blocks[2].streaming) << "now we wait";
  EXPECT_EQ(sent(ours.take(acknowledges(4, 2, 63))).size(), 5U);
}

TEST(GeneralBlocks, FromALostBlockOnAllIsSentAgain) {
  Transfer ours = client(4);
  Transfer theirs = server(4);
  const Octets request = some_octets(100, 1);
  auto blocks = sent(ours.begin(request, 19));
  blocks = sent(ours.take(only(theirs.take(blocks[0]))));
  ASSERT_EQ(blocks.size(), 4U);
  // Of 2, 3, 4, 5 the third is lost.
  EXPECT_TRUE(std::holds_alternative<Transfer::Wait>(theirs.take(blocks[0])));
  EXPECT_TRUE(std::holds_alternative<Transfer::Wait>(theirs.take(blocks[2])));
  const GeneralBlock where = only(theirs.take(blocks[3]));
  EXPECT_EQ(where.acknowledged, 2);
  blocks = sent(ours.take(where));
  EXPECT_EQ(blocks.front().number, 3);
}

TEST(GeneralBlocks, ABlockNobodyGetsEndsIt) {
  Transfer ours = client();
  static_cast<void>(ours.begin(some_octets(50, 1), 29));
  EXPECT_EQ(only(ours.take(acknowledges(1, 1))).number, 2);
  for (std::uint16_t again = 2; again < 5; ++again) {
    EXPECT_EQ(only(ours.take(acknowledges(1, again))).number, 2);
  }
  EXPECT_EQ(broken(ours.take(acknowledges(1, 5))), "block 2 does not arrive");
}

TEST(GeneralBlocks, WhatWasNeverSentCannotBeAcknowledged) {
  Transfer ours = client();
  static_cast<void>(ours.begin(some_octets(50, 1), 29));
  const auto step = ours.take(acknowledges(2, 1));
  EXPECT_EQ(broken(step), "block 2 was acknowledged, 1 was the last sent");
  EXPECT_TRUE(std::get<Transfer::Broken>(step).abort);
}

TEST(GeneralBlocks, AnAnswerToHalfARequestIsNone) {
  Transfer ours = client();
  static_cast<void>(ours.begin(some_octets(50, 1), 29));
  EXPECT_EQ(broken(ours.take({true, false, 1, 1, 1, {0xC5}})),
            "an answer came to half of what was asked");
}

TEST(GeneralBlocks, AnAbortIsHeardAndNotAnswered) {
  Transfer ours = client();
  static_cast<void>(ours.begin(some_octets(50, 1), 29));
  const auto step = ours.take(Transfer::abort());
  EXPECT_THAT(broken(step), HasSubstr("aborted"));
  EXPECT_FALSE(std::get<Transfer::Broken>(step).abort);
  EXPECT_FALSE(ours.silence());
}

TEST(GeneralBlocks, ANumberOutOfOrderIsAskedForAFewTimes) {
  Transfer ours = client();
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(only(ours.take({false, false, 1, 7, 0, {1}})).acknowledged, 0);
  }
  EXPECT_EQ(broken(ours.take({false, false, 1, 7, 0, {1}})), "block 1 does not come");
}

TEST(GeneralBlocks, MoreThanIsTakenEndsIt) {
  Transfer ours{{.max_octets = 30}};
  EXPECT_EQ(only(ours.take({false, false, 1, 1, 0, some_octets(20, 1)})).acknowledged, 1);
  EXPECT_EQ(broken(ours.take({false, false, 1, 2, 0, some_octets(20, 1)})),
            "what comes is longer than is taken");
}

TEST(GeneralBlocks, InSilenceTheLastWordIsSaidAgainAndNotForEver) {
  Transfer ours = client();
  static_cast<void>(ours.begin(some_octets(50, 1), 29));
  for (int times = 0; times < 3; ++times) EXPECT_EQ(ours.silence()->blocks.front().number, 1);
  EXPECT_FALSE(ours.silence());

  Transfer receiving = client();
  EXPECT_FALSE(receiving.silence()) << "nothing has begun";
  static_cast<void>(receiving.take({false, false, 1, 1, 0, {1}}));
  EXPECT_EQ(receiving.silence()->blocks.front().acknowledged, 1);
}

TEST(GeneralBlocks, AServerThatHearsTheLastBlockAgainRepeatsItsAnswer) {
  Transfer theirs = server();
  static_cast<void>(theirs.take({false, false, 1, 1, 0, {1}}));
  const GeneralBlock last{true, false, 1, 2, 1, {2}};
  ASSERT_TRUE(std::holds_alternative<Transfer::Whole>(theirs.take(last)));
  const GeneralBlock answer = only(theirs.begin(some_octets(3, 9), 64));
  EXPECT_EQ(only(theirs.take(last)), answer) << "and does not do it twice";
  EXPECT_EQ(only(theirs.take({false, false, 1, 1, 0, {7}})).acknowledged, 1) << "another request";
}

TEST(GeneralBlocks, WhatDoesNotFitIsNotBegun) {
  Transfer ours = client();
  EXPECT_THAT(broken(ours.begin(some_octets(50, 1), 9)), HasSubstr("too few for any block"));
  EXPECT_THAT(broken(ours.begin(Octets(70'000), 10)), HasSubstr("65535 blocks"));
}

/// A wire between a client and a server that loses one in ten; who hears nothing says so.
class Wire {
 public:
  Wire(std::uint8_t window, std::uint32_t seed)
      : client{{.max_octets = 8'192,
                .send_window = window,
                .receive_window = window,
                .patience = 100}},
        server{{.side = Transfer::Side::Server,
                .max_octets = 8'192,
                .receive_window = window,
                .patience = 100}},
        seed_{seed} {}

  bool lost() {
    seed_ = seed_ * 1'664'525U + 1'013'904'223U;
    return (seed_ >> 16U) % 10 == 0;
  }
  Transfer client;
  Transfer server;

 private:
  std::uint32_t seed_;
};

// The server's acknowledgements are safe here: after one that was lost nobody knows where its
// answer begins, so that only its data may be lost. A request has two blocks at least: what fits
// goes without.
RC_GTEST_PROP(GeneralBlockLaws, LostBlocksAreSentAgainUntilAllIsThere, ()) {
  const Octets request = some_octets(*rc::gen::inRange<std::size_t>(200, 3'000), 3);
  const Octets answer = some_octets(*rc::gen::inRange<std::size_t>(1, 3'000), 5);
  const auto longest = *rc::gen::inRange<std::size_t>(30, 200);
  Wire wire{*rc::gen::inRange<std::uint8_t>(1, 8), *rc::gen::inRange<std::uint32_t>(1, 1'000'000)};
  int done = 0;
  std::deque<GeneralBlock> to_server;
  for (const GeneralBlock& block : sent(wire.client.begin(request, longest))) {
    to_server.push_back(block);
  }
  const auto to_client = [&](const Transfer::Step& step) {
    for (const GeneralBlock& block : sent(step)) {
      if (!block.data.empty() && wire.lost()) continue;
      const auto heard = wire.client.take(block);
      RC_ASSERT(!std::holds_alternative<Transfer::Broken>(heard));
      if (const auto* whole = std::get_if<Transfer::Whole>(&heard)) {
        RC_ASSERT(whole->apdu == answer);
        done += 10;
      }
      for (const GeneralBlock& next : sent(heard)) to_server.push_back(next);
    }
  };
  for (int turn = 0; turn < 20'000 && done < 10; ++turn) {
    if (to_server.empty()) {
      if (const auto again = wire.client.silence()) {
        to_server.insert(to_server.end(), again->blocks.begin(), again->blocks.end());
      } else if (const auto theirs = wire.server.silence()) {
        to_client(Transfer::Step{*theirs});
      }
      continue;
    }
    const GeneralBlock block = to_server.front();
    to_server.pop_front();
    if (wire.lost()) continue;
    const auto heard = wire.server.take(block);
    RC_ASSERT(!std::holds_alternative<Transfer::Broken>(heard));
    if (const auto* whole = std::get_if<Transfer::Whole>(&heard)) {
      RC_ASSERT(whole->apdu == request);
      ++done;
      to_client(wire.server.begin(answer, longest));
    } else {
      to_client(heard);
    }
  }
  RC_ASSERT(done == 11);
}

}  // namespace
}  // namespace metergate::dlms
