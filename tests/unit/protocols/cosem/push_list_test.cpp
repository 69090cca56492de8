// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/push_list.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/unit/protocols/dlms/random_data.hpp"

namespace metergate::cosem {
namespace {

using dlms::Array;
using dlms::Data;
using dlms::Structure;

constexpr CaptureObject kList{40, kPushSetup, 2, 0};
constexpr CaptureObject kName{40, kPushSetup, 1, 0};
constexpr CaptureObject kSerial{1, kDeviceId, 2, 0};
constexpr CaptureObject kEnergy{3, obis(1, 0, 1, 8, 0), 2, 0};

Data list_of(const std::vector<CaptureObject>& objects) {
  Array out;
  for (const auto& one : objects) out.elements.push_back(dlms::encode_capture_object(one));
  return out;
}

TEST(PushList, ItsOwnListSaysWhatTheElementsAre) {
  const Data serial = dlms::octet_string(Octets{'S', '1'});
  const Data list = list_of({kList, kSerial, kEnergy});
  const auto told = decode_push(Structure{{list, serial, Data{std::uint32_t{42}}}}, {});
  ASSERT_TRUE(told) << told.error().what;
  EXPECT_EQ(*told, (std::vector<PushedElement>{
                       {kList, list}, {kSerial, serial}, {kEnergy, Data{std::uint32_t{42}}}}));
}

TEST(PushList, TheListMayStandBehindOtherElements) {
  const Data list = list_of({kSerial, kList, kEnergy});
  const auto told = decode_push(
      Structure{{dlms::octet_string(Octets{'S', '1'}), list, Data{std::uint32_t{42}}}}, {});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->back().object, kEnergy);
}

TEST(PushList, AListThatDoesNotFitIsRefusedWithBothNumbers) {
  const auto told =
      decode_push(Structure{{list_of({kList, kSerial, kEnergy}), Data{std::uint32_t{42}}}}, {});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, PushListFault::Reason::BadShape);
  EXPECT_EQ(told.error().what,
            "element 1, the push object list, names 3 objects and the body has 2 elements: there "
            "must be one for each");
}

TEST(PushList, TheModelNamesWhatBringsNoList) {
  const std::vector<PushObjects> named{{{}, {kSerial}}, {{}, {kSerial, kEnergy}}};
  const Data serial = dlms::octet_string(Octets{'S', '1'});
  const auto told = decode_push(Structure{{serial, Data{std::uint32_t{42}}}}, named);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->back(), (PushedElement{kEnergy, Data{std::uint32_t{42}}}));
}

TEST(PushList, OfTwoListsOfOneLengthThePushSetupsNameDecides) {
  constexpr ObisCode kOther = obis(0, 1, 25, 9, 0);
  const std::vector<PushObjects> named{{kOther, {kName, kSerial}}, {kPushSetup, {kName, kEnergy}}};
  const auto told =
      decode_push(Structure{{dlms::octet_string(kPushSetup), Data{std::uint32_t{42}}}}, named);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->back().object, kEnergy);
}

TEST(PushList, ColumnsOfAProfileAreNoPushList) {
  const Data columns = list_of({{8, kClock, 2, 0}, kEnergy});
  const auto told = decode_push(Structure{{columns, Data{std::uint32_t{42}}}}, {});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, PushListFault::Reason::Unnamed);
}

TEST(PushList, WhatNothingNamesIsNews) {
  for (const Data& body : {Data{}, Data{Structure{}}, Data{Array{}}, Data{std::uint8_t{1}},
                           Data{Structure{{Data{std::uint8_t{1}}}}}}) {
    const auto told = decode_push(body, {});
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().reason, PushListFault::Reason::Unnamed);
    EXPECT_FALSE(told.error().what.empty());
  }
}

TEST(PushList, MoreElementsThanAnyListHasAreRefused) {
  Structure body;
  body.elements.resize(kMostPushedElements + 1);
  const auto told = decode_push(body, {});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().what, "its body has 257 elements, at most 256 are taken");
}

RC_GTEST_PROP(PushListLaws, EveryElementKeepsItsValueAndItsPlace, ()) {
  dlms::DataList values;
  const int count = *rc::gen::inRange(0, 8);
  for (int at = 0; at < count; ++at) values.push_back(dlms::some_data(2));
  std::vector<CaptureObject> objects{kList};
  Structure body;
  for (std::size_t at = 0; at < values.size(); ++at) {
    objects.push_back({1, obis(0, 0, 96, 1, static_cast<std::uint8_t>(at)), 2, 0});
  }
  body.elements.push_back(list_of(objects));
  body.elements.insert(body.elements.end(), values.begin(), values.end());
  const auto told = decode_push(body, {});
  RC_ASSERT(told.has_value());
  RC_ASSERT(told->size() == objects.size());
  for (std::size_t at = 0; at < values.size(); ++at) {
    RC_ASSERT((*told)[at + 1].object == objects[at + 1]);
    RC_ASSERT(dlms::encode_data((*told)[at + 1].value) == dlms::encode_data(values[at]));
  }
}

}  // namespace
}  // namespace metergate::cosem
