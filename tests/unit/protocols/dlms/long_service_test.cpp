// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/long_service.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/unit/protocols/dlms/random_data.hpp"

namespace metergate::dlms {
namespace {

using Step = LongService::Step;

constexpr InvokeId kInvoke{0xC7};
constexpr std::size_t kPlenty = 100'000;

AttributeReference attribute() { return {1, cosem::kDeviceId, 2, {}}; }
MethodReference method() { return {70, cosem::kDisconnectControl, 1}; }
Data octets_of_length(std::size_t octets) { return octet_string(Octets(octets, 0x31)); }

// Each throws where the step is another one.
Apdu sent(const Step& step) {
  const auto* send = std::get_if<LongService::Send>(&step);
  if (send == nullptr) throw std::runtime_error{"nothing was sent"};
  return decode_apdu(send->apdu).value();
}
Apdu done(const Step& step) {
  const auto* over = std::get_if<LongService::Done>(&step);
  if (over == nullptr) throw std::runtime_error{"it is not done"};
  return decode_apdu(over->apdu).value();
}
std::string broken(const Step& step) {
  const auto* over = std::get_if<LongService::Broken>(&step);
  return over == nullptr ? "not broken" : over->what;
}

/// A service that was begun with this request and waits for what the meter says.
LongService begun(const Apdu& request, std::size_t max_request = 0,
                  std::size_t max_answer = kPlenty) {
  LongService service{max_request, max_answer};
  static_cast<void>(service.begin(encode_apdu(request)));
  return service;
}
Step take(LongService& service, const Apdu& answer) { return service.take(encode_apdu(answer)); }

TEST(LongService, WhatTheMeterTakesWholeGoesOutAndComesBackAsItIs) {
  const Octets request = encode_apdu(SetRequest{kInvoke, attribute(), octets_of_length(20)});
  for (const std::size_t most : {std::size_t{0}, request.size()}) {
    LongService service{most, kPlenty};
    const Step step = service.begin(request);
    EXPECT_EQ(std::get<LongService::Send>(step).apdu, request);
    const Octets answer = encode_apdu(SetResponse{kInvoke, AccessResult::ReadWriteDenied});
    const Step last = service.take(answer);
    EXPECT_EQ(std::get<LongService::Done>(last).apdu, answer);
  }
}

TEST(LongService, AnAnswerToAnEarlierRequestIsNone) {
  const InvokeId earlier{0xC6};
  LongService reading = begun(GetRequest{kInvoke, attribute()});
  EXPECT_EQ(broken(take(reading, GetResponse{earlier, octets_of_length(4)})),
            "the answer to request 6, and 7 was asked");
  LongService setting = begun(SetRequest{kInvoke, attribute(), octets_of_length(4)});
  EXPECT_EQ(broken(take(setting, SetResponse{earlier, AccessResult::Success})),
            "the answer to request 6, and 7 was asked");
  LongService once_more = begun(GetRequest{kInvoke, attribute()});
  EXPECT_NO_THROW(done(take(once_more, GetResponse{InvokeId{0x07}, octets_of_length(4)})))
      << "some meters give back the id alone";
}

/// A request one octet too long for the meter, and what the meter says when it has all blocks.
struct Cut {
  const char* name;
  Apdu request;
  Octets carried;  ///< what the blocks put together are
  Apdu last;
  Apdu answer;  ///< what the last word stands for
  friend std::ostream& operator<<(std::ostream& out, const Cut& cut) { return out << cut.name; }
};

std::vector<Cut> cuts() {
  const Data long_value = octets_of_length(300);
  // Names that are longer than any block's own head.
  constexpr std::size_t kMany = 5;
  const std::vector<AttributeReference> many(kMany, attribute());
  const AttributeReference part{7, cosem::kClock, 2, SelectiveAccess{2, octets_of_length(40)}};
  Octets values{kMany};
  for (std::size_t times = 0; times < kMany; ++times) {
    const Octets one = encode_data(long_value);
    values.insert(values.end(), one.begin(), one.end());
  }
  const std::vector results{AccessResult::Success, AccessResult::ObjectUndefined};
  const ActionResponse acted{kInvoke, {AccessResult::Success, {}}};
  return {{"Set", SetRequest{kInvoke, attribute(), long_value}, encode_data(long_value),
           SetResponseLastBlock{kInvoke, AccessResult::TypeUnmatched, 9},
           SetResponse{kInvoke, AccessResult::TypeUnmatched}},
          {"SetPart", SetRequest{kInvoke, part, long_value}, encode_data(long_value),
           SetResponseLastBlock{kInvoke, AccessResult::Success, 9},
           SetResponse{kInvoke, AccessResult::Success}},
          {"SetList", SetRequestList{kInvoke, many, DataList(kMany, long_value)}, values,
           SetResponseListLastBlock{kInvoke, results, 9}, SetResponseList{kInvoke, results}},
          {"Action", ActionRequest{kInvoke, method(), long_value}, encode_data(long_value), acted,
           acted}};
}

class LongRequest : public testing::TestWithParam<Cut> {
 protected:
  static constexpr std::size_t kMost = 100;

  // The first block says what is asked, those behind it only carry on.
  static const DataBlock& block_of(const Apdu& apdu) {
    if (const auto* set = std::get_if<SetRequestFirstBlock>(&apdu)) return set->block;
    if (const auto* list = std::get_if<SetRequestListFirstBlock>(&apdu)) return list->block;
    if (const auto* action = std::get_if<ActionRequestFirstBlock>(&apdu)) return action->block;
    if (const auto* rest = std::get_if<SetRequestBlock>(&apdu)) return rest->block;
    return std::get<ActionRequestBlock>(apdu).block;
  }
  static bool is_first(const Apdu& apdu) {
    return std::holds_alternative<SetRequestFirstBlock>(apdu) ||
           std::holds_alternative<SetRequestListFirstBlock>(apdu) ||
           std::holds_alternative<ActionRequestFirstBlock>(apdu);
  }
  /// That a block was taken, and the next may come (Green Book, 9.4.6.12).
  static Apdu taken(std::uint32_t number) {
    if (std::holds_alternative<ActionRequest>(GetParam().request)) {
      return ActionResponseNext{kInvoke, number};
    }
    return SetResponseBlock{kInvoke, number};
  }

  LongService service_{kMost, kPlenty};
};

TEST_P(LongRequest, GoesOutInBlocksThatTheMeterTakesOneAfterTheOther) {
  Step step = service_.begin(encode_apdu(GetParam().request));
  Octets carried;
  for (std::uint32_t number = 1;; ++number) {
    EXPECT_LE(std::get<LongService::Send>(step).apdu.size(), kMost);
    const Apdu piece = sent(step);
    const DataBlock& block = block_of(piece);
    EXPECT_EQ(is_first(piece), number == 1);
    EXPECT_EQ(block.number, number);
    EXPECT_EQ(std::get<LongService::Send>(step).apdu[2], kInvoke.octet);
    carried.insert(carried.end(), block.raw.begin(), block.raw.end());
    if (block.last) break;
    step = take(service_, taken(number));
  }
  EXPECT_EQ(carried, GetParam().carried);
  EXPECT_EQ(done(take(service_, GetParam().last)), GetParam().answer);
}

TEST_P(LongRequest, AnAcknowledgementOfAnotherBlockBreaksIt) {
  static_cast<void>(service_.begin(encode_apdu(GetParam().request)));
  EXPECT_EQ(broken(take(service_, taken(2))), "block 2 was acknowledged, 1 was sent");
}

TEST_P(LongRequest, ARefusalInTheMiddleIsTheAnswer) {
  static_cast<void>(service_.begin(encode_apdu(GetParam().request)));
  const Apdu refusal = SetResponse{kInvoke, AccessResult::LongSetAborted};
  EXPECT_EQ(done(take(service_, refusal)), refusal);
}

INSTANTIATE_TEST_SUITE_P(Services, LongRequest, testing::ValuesIn(cuts()),
                         [](const auto& cut) { return std::string{cut.param.name}; });

TEST(LongService, AnAcknowledgementWhereNothingIsLeftToSendBreaksIt) {
  LongService service = begun(SetRequest{kInvoke, attribute(), octets_of_length(3)});
  EXPECT_EQ(broken(take(service, SetResponseBlock{kInvoke, 1})),
            "block 1 was acknowledged, 0 was sent");
}

TEST(LongService, WhatCannotBeCutIsNotSent) {
  const std::vector<AttributeReference> many(20, attribute());
  const Octets request = encode_apdu(GetRequestList{kInvoke, many});
  LongService service{64, kPlenty};
  EXPECT_EQ(broken(service.begin(request)),
            "a request of " + std::to_string(request.size()) + " octets; the meter takes up to 64");
}

TEST(LongService, AMeterWithoutRoomForABlockIsNotAsked) {
  LongService service{20, kPlenty};
  EXPECT_EQ(broken(service.begin(encode_apdu(SetRequest{kInvoke, attribute(), Data{}}))),
            "not broken");
  EXPECT_EQ(
      broken(service.begin(encode_apdu(SetRequest{kInvoke, attribute(), octets_of_length(40)}))),
      "the meter takes APDUs of 20 octets, too few for any block");
}

TEST(LongService, WhatIsNoApduIsNeitherSentNorTaken) {
  LongService service{0, kPlenty};
  EXPECT_EQ(broken(service.begin(Octets{0xC0, 0x01})), "the request is no APDU");
  LongService asking = begun(GetRequest{kInvoke, attribute()});
  EXPECT_EQ(broken(asking.take(Octets{0xC4, 0x01, 0xC7, 0x00, 0x11})),
            "the answer is no APDU: truncated at octet 5");
}

TEST(LongService, EachBlockOfAnAnswerIsAskedForUnderTheRequestsOwnId) {
  LongService service = begun(GetRequest{kInvoke, attribute()});
  const Octets whole = encode_data(octets_of_length(50));
  const auto blocks = cut_into_blocks(whole, 20);
  ASSERT_EQ(blocks.size(), 3U);
  for (const DataBlock& block : blocks) {
    const Step step =
        take(service, GetResponseBlock{InvokeId{0x07}, block.last, block.number, block.raw});
    if (block.last) {
      EXPECT_EQ(done(step), (Apdu{GetResponse{kInvoke, octets_of_length(50)}}));
    } else {
      EXPECT_EQ(sent(step), (Apdu{GetRequestNext{kInvoke, block.number}}));
    }
  }
}

TEST(LongService, WhatAMethodReturnsInBlocksIsItsNormalAnswer) {
  LongService service = begun(ActionRequest{kInvoke, method(), Data{}});
  const ActionResponse whole{kInvoke, {AccessResult::Success, GetResult{octets_of_length(30)}}};
  const Octets octets = encode_apdu(whole);
  // Behind the head of Action-Response: tag, kind, invoke id.
  const auto blocks = cut_into_blocks(OctetView{octets}.subspan(3), 20);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(sent(take(service, ActionResponseBlock{kInvoke, blocks[0]})),
            (Apdu{ActionRequestNext{kInvoke, 1}}));
  EXPECT_EQ(done(take(service, ActionResponseBlock{kInvoke, blocks[1]})), Apdu{whole});
}

TEST(LongService, AListInBlocksIsTheAnswerWithAList) {
  const GetResponseList results{kInvoke, {octets_of_length(5), AccessResult::ObjectUndefined}};
  LongService gets = begun(GetRequestList{kInvoke, {attribute(), attribute()}});
  EXPECT_EQ(
      done(take(gets, GetResponseBlock{kInvoke, true, 1, encode_get_results(results.results)})),
      Apdu{results});
  const ActionResponseList outcomes{
      kInvoke, {{AccessResult::Success, {}}, {AccessResult::HardwareFault, {}}}};
  const Octets octets = encode_apdu(outcomes);
  LongService acts = begun(ActionRequestList{kInvoke, {method(), method()}, {Data{}, Data{}}});
  EXPECT_EQ(
      done(take(acts,
                ActionResponseBlock{kInvoke, {true, 1, Octets(octets.begin() + 3, octets.end())}})),
      Apdu{outcomes});
}

TEST(LongService, ABlockThatTellsWhyThereIsNoneEndsInARefusal) {
  LongService service = begun(GetRequest{kInvoke, attribute()});
  EXPECT_EQ(sent(take(service, GetResponseBlock{kInvoke, false, 1, Octets(10, 1)})),
            (Apdu{GetRequestNext{kInvoke, 1}}));
  EXPECT_EQ(
      done(take(service, GetResponseBlock{kInvoke, true, 2, AccessResult::DataBlockUnavailable})),
      (Apdu{GetResponse{kInvoke, AccessResult::DataBlockUnavailable}}));
}

TEST(LongService, AskedForABlockThatIsNotNextItSaysSo) {
  LongService service = begun(GetRequest{kInvoke, attribute()});
  static_cast<void>(take(service, GetResponseBlock{kInvoke, false, 1, Octets(10, 1)}));
  EXPECT_EQ(broken(take(service, GetResponseBlock{kInvoke, false, 3, Octets(10, 1)})),
            "block 3 after block 1");
}

TEST(LongService, ARepeatedBlockIsAskedOnFromAndCountedOnce) {
  LongService service = begun(GetRequest{kInvoke, attribute()});
  const Octets whole = encode_data(octets_of_length(30));
  const auto blocks = cut_into_blocks(whole, 20);
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(sent(take(service, GetResponseBlock{kInvoke, false, 1, blocks[0].raw})),
              (Apdu{GetRequestNext{kInvoke, 1}}));
  }
  EXPECT_EQ(done(take(service, GetResponseBlock{kInvoke, true, 2, blocks[1].raw})),
            (Apdu{GetResponse{kInvoke, octets_of_length(30)}}));
}

TEST(LongService, AnAnswerWithoutEndIsGivenUp) {
  LongService service = begun(GetRequest{kInvoke, attribute()}, 0, 25);
  static_cast<void>(take(service, GetResponseBlock{kInvoke, false, 1, Octets(20, 1)}));
  EXPECT_EQ(broken(take(service, GetResponseBlock{kInvoke, false, 2, Octets(20, 1)})),
            "the answer is longer than is taken");
}

RC_GTEST_PROP(LongServiceLaws, EveryValueArrivesInBlocksOfWhateverSize, ()) {
  const Data value = some_data();
  const auto most = *rc::gen::inRange<std::size_t>(40, 200);
  LongService service{most, kPlenty};
  Step step = service.begin(encode_apdu(ActionRequest{kInvoke, method(), value}));
  const Apdu first = sent(step);
  if (const auto* whole = std::get_if<ActionRequest>(&first)) {
    RC_ASSERT(whole->parameter == value);
    return;
  }
  Octets arrived = std::get<ActionRequestFirstBlock>(first).block.raw;
  for (std::uint32_t number = 1;; ++number) {
    step = take(service, ActionResponseNext{kInvoke, number});
    RC_ASSERT(std::get<LongService::Send>(step).apdu.size() <= most);
    const auto piece = std::get<ActionRequestBlock>(sent(step)).block;
    arrived.insert(arrived.end(), piece.raw.begin(), piece.raw.end());
    if (piece.last) break;
  }
  RC_ASSERT(decode_data(arrived).value() == value);
}

}  // namespace
}  // namespace metergate::dlms
