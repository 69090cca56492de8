// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/block_assembly.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/unit/protocols/dlms/random_data.hpp"

namespace metergate::dlms {
namespace {

InvokeId some_invoke() { return {*rc::gen::arbitrary<std::uint8_t>()}; }
std::uint32_t some_number() { return *rc::gen::arbitrary<std::uint32_t>(); }
cosem::ObisCode some_name() {
  return cosem::ObisCode{*rc::gen::arbitrary<std::array<std::uint8_t, 6>>()};
}
AttributeReference some_attribute() {
  AttributeReference out{*rc::gen::arbitrary<std::uint16_t>(), some_name(),
                         *rc::gen::arbitrary<std::int8_t>(), std::nullopt};
  if (*rc::gen::arbitrary<bool>()) out.access = select(EntryAccess{1, some_number(), 1, 0});
  return out;
}
MethodReference some_method() {
  return {*rc::gen::arbitrary<std::uint16_t>(), some_name(), *rc::gen::arbitrary<std::int8_t>()};
}
DataBlock some_block() { return {*rc::gen::arbitrary<bool>(), some_number(), some_octets(200)}; }
AccessResult some_result() {
  return static_cast<AccessResult>(*rc::gen::arbitrary<std::uint8_t>());
}
GetResult some_get_result() {
  if (*rc::gen::arbitrary<bool>()) return some_data();
  return some_result();
}
ActionOutcome some_outcome() {
  ActionOutcome out{some_result(), std::nullopt};
  if (*rc::gen::arbitrary<bool>()) out.returned = some_get_result();
  return out;
}
template <typename Make>
auto several(Make make) {
  std::vector<decltype(make())> out;
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) out.push_back(make());
  return out;
}
AccessSpecification some_specification() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      return AccessGet{some_attribute()};
    case 1:
      return AccessSet{some_attribute()};
    default:
      return AccessAction{some_method()};
  }
}
Data one_data() { return some_data(); }

std::vector<Apdu> one_of_each() {
  AttributeReference plain = some_attribute();
  plain.access.reset();
  return {GetRequest{some_invoke(), some_attribute()},
          GetRequestNext{some_invoke(), some_number()},
          GetRequestList{some_invoke(), several(some_attribute)},
          GetResponse{some_invoke(), some_get_result()},
          GetResponseBlock{some_invoke(), true, some_number(), some_octets(300)},
          GetResponseBlock{some_invoke(), false, some_number(), some_result()},
          GetResponseList{some_invoke(), several(some_get_result)},
          SetRequest{some_invoke(), some_attribute(), some_data()},
          SetRequestFirstBlock{some_invoke(), some_attribute(), some_block()},
          SetRequestBlock{some_invoke(), some_block()},
          SetRequestList{some_invoke(), several(some_attribute), several(one_data)},
          SetRequestListFirstBlock{some_invoke(), several(some_attribute), some_block()},
          SetResponse{some_invoke(), some_result()},
          SetResponseBlock{some_invoke(), some_number()},
          SetResponseLastBlock{some_invoke(), some_result(), some_number()},
          SetResponseListLastBlock{some_invoke(), several(some_result), some_number()},
          SetResponseList{some_invoke(), several(some_result)},
          ActionRequest{some_invoke(), some_method(), some_data()},
          ActionRequestNext{some_invoke(), some_number()},
          ActionRequestList{some_invoke(), several(some_method), several(one_data)},
          ActionRequestFirstBlock{some_invoke(), some_method(), some_block()},
          ActionRequestListFirstBlock{some_invoke(), several(some_method), some_block()},
          ActionRequestBlock{some_invoke(), some_block()},
          ActionResponse{some_invoke(), some_outcome()},
          ActionResponseBlock{some_invoke(), some_block()},
          ActionResponseList{some_invoke(), several(some_outcome)},
          ActionResponseNext{some_invoke(), some_number()},
          AccessRequest{
              {some_number()}, some_octets(12), several(some_specification), several(one_data)},
          AccessResponse{{some_number()},
                         some_octets(12),
                         several(some_specification),
                         several(one_data),
                         {{AccessOutcome::Kind::Set, some_result()}}},
          DataNotification{{some_number()}, encode(some_date_time()), some_data()},
          EventNotification{encode(some_date_time()), plain, some_data()},
          GeneralBlock{true, false, 5, 7, 9, some_octets(300)},
          ExceptionResponse{ExceptionResponse::State::ServiceUnknown,
                            ExceptionResponse::Service::PduTooLong, std::nullopt},
          ConfirmedServiceError{5, 0, 3}};
}

RC_GTEST_PROP(ApduLaws, EveryKindIsReadAsItWasWritten, ()) {
  for (const Apdu& apdu : one_of_each()) {
    const Octets octets = encode_apdu(apdu);
    const auto read = decode_apdu(octets);
    if (!read) RC_FAIL(std::string{apdu_word(apdu)});
    RC_ASSERT(*read == apdu);
  }
}

RC_GTEST_PROP(ApduLaws, AnythingCutOffOrAddedIsJudgedWithoutHarm, ()) {
  for (const Apdu& apdu : one_of_each()) {
    Octets octets = encode_apdu(apdu);
    const auto length = *rc::gen::inRange<std::size_t>(0, octets.size());
    static_cast<void>(decode_apdu(OctetView{octets}.first(length)));
    octets.push_back(0);
    // An answer of a method may end early, so what is left over may make it whole.
    if (!std::holds_alternative<ActionResponse>(apdu) &&
        !std::holds_alternative<DataNotification>(apdu)) {
      RC_ASSERT(!decode_apdu(octets));
    }
  }
}

RC_GTEST_PROP(ApduLaws, AnyOctetsBehindAKnownTagAreJudged, ()) {
  Octets octets = some_octets(120);
  octets.insert(octets.begin(),
                *rc::gen::element<std::uint8_t>(0x0E, 0x0F, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5,
                                                0xC7, 0xD8, 0xD9, 0xDA, 0xE0));
  const auto apdu = decode_apdu(octets);
  if (apdu) RC_ASSERT(decode_apdu(encode_apdu(*apdu)).value() == *apdu);
}

RC_GTEST_PROP(BlockLaws, BlocksMakeWhatTheyWereCutFrom, ()) {
  const Octets whole = some_octets(2000);
  const auto blocks = cut_into_blocks(whole, *rc::gen::inRange<std::size_t>(1, 300));
  BlockAssembly assembly{whole.size()};
  for (const DataBlock& block : blocks) {
    const auto taken = assembly.take(block.last, block.number, block.raw);
    RC_ASSERT(taken == (block.last ? BlockAssembly::Taken::Complete : BlockAssembly::Taken::More));
    // Said twice is heard once.
    RC_ASSERT(assembly.take(block.last, block.number, block.raw) == BlockAssembly::Taken::Repeated);
  }
  RC_ASSERT(assembly.release() == whole);
}

TEST(ApduFaultTest, SaysAtWhichOctetOfTheApduItIs) {
  using Reason = DecodeFault::Reason;
  const std::vector<std::pair<Octets, DecodeFault>> faults{
      {{}, {Reason::Truncated, 0}},
      {{0xFF}, {Reason::UnknownTag, 0}},
      {{0xC0, 0x07, 0xC1}, {Reason::UnknownTag, 1}},
      {{0xC4, 0x01, 0xC1, 0x00, 0x0B}, {Reason::UnknownTag, 4}},
      {{0xC4, 0x01, 0xC1, 0x00, 0x11}, {Reason::Truncated, 5}},
      {{0xC4, 0x01, 0xC1, 0x00, 0x11, 0x01, 0x02}, {Reason::Trailing, 6}},
      {{0x0F, 0x00, 0x00, 0x00, 0x01, 0x00, 0x0B}, {Reason::UnknownTag, 6}},
      {{0x0F, 0x00, 0x00, 0x00, 0x01, 0x00, 0x11}, {Reason::Truncated, 7}}};
  for (const auto& [octets, fault] : faults) {
    const auto read = decode_apdu(octets);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), fault) << fault_word(read.error().reason) << " at octet "
                                   << read.error().offset << " of " << octets.size();
  }
}

TEST(BlockTest, EndlessBlocksAndWrongNumbersAreRefused) {
  BlockAssembly assembly{100};
  const Octets raw(60);
  EXPECT_EQ(assembly.take(false, 2, raw), BlockAssembly::Taken::WrongNumber);
  EXPECT_EQ(assembly.take(false, 1, raw), BlockAssembly::Taken::More);
  EXPECT_EQ(assembly.take(false, 3, raw), BlockAssembly::Taken::WrongNumber);
  EXPECT_EQ(assembly.take(false, 2, raw), BlockAssembly::Taken::TooLong);
}

}  // namespace
}  // namespace metergate::dlms
