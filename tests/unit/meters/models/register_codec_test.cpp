// SPDX-License-Identifier: Apache-2.0
#include "meters/models/register_codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace metergate::model {
namespace {

using Raw = std::vector<std::uint16_t>;

ModbusRegister number(NumberType type, std::int8_t scale = 0) {
  ModbusRegister out;
  out.type = type;
  out.scale = scale;
  return out;
}

std::string text_of(const ModbusRegister& layout, const Raw& raw) {
  const auto value = decode_register(layout, raw);
  return value ? value->text() : "nothing";
}

TEST(RegisterCodec, ScalesWithoutBinaryFractions) {
  EXPECT_EQ(text_of(number(NumberType::U16, -1), {2301}), "230.1");
  EXPECT_EQ(text_of(number(NumberType::U64, 1), {0, 0, 0x000D, 0x1290}), "8567200");
}

TEST(RegisterCodec, KeepsTheSign) {
  EXPECT_EQ(text_of(number(NumberType::S32, -2), {0xFFFF, 0xD04A}), "-122.14");
  EXPECT_EQ(text_of(number(NumberType::S16), {0x8000}), "-32768");
}

TEST(RegisterCodec, TurnsTheWordsOfALittleEndianMeter) {
  ModbusRegister layout = number(NumberType::U32);
  layout.order = WordOrder::LittleEndian;
  EXPECT_EQ(text_of(layout, {0x1290, 0x000D}), "856720");
}

TEST(RegisterCodec, RoundsAFloatToItsResolution) {
  ModbusRegister layout = number(NumberType::F32);
  layout.resolution = -1;
  EXPECT_EQ(text_of(layout, {0x4366, 0x3334}), "230.2");
}

TEST(RegisterCodec, GivesNothingForWhatTheMeterDoesNotHave) {
  ModbusRegister layout = number(NumberType::U32);
  layout.absent = 0xFFFFFFFF;
  EXPECT_EQ(text_of(layout, {0xFFFF, 0xFFFF}), "nothing");
  EXPECT_EQ(text_of(number(NumberType::F32), {0x7FC0, 0}), "nothing");
  EXPECT_EQ(text_of(number(NumberType::F32), {0x7F80, 0}), "nothing");
  EXPECT_EQ(text_of(number(NumberType::U64), {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}), "nothing");
}

TEST(RegisterCodec, GivesNothingForAnotherLength) {
  EXPECT_EQ(text_of(number(NumberType::U32), {1}), "nothing");
  EXPECT_EQ(text_of(number(NumberType::U16), {}), "nothing");
}

TEST(RegisterCodec, SaturatesWhatDoesNotFit) {
  EXPECT_EQ(encode_register(number(NumberType::U16), {70'000, 0}), Raw{0xFFFF});
  EXPECT_EQ(encode_register(number(NumberType::U16), {-1, 0}), Raw{0});
}

TEST(RegisterCodec, NeverWritesTheAbsentValue) {
  ModbusRegister layout = number(NumberType::U16);
  layout.absent = 0xFFFF;
  EXPECT_EQ(encode_register(layout, {65'535, 0}), Raw{0xFFFE});
}

TEST(RegisterCodec, WhatWasWrittenReadsBack) {
  rc::check([] {
    const auto type = *rc::gen::element(NumberType::U16, NumberType::S16, NumberType::U32,
                                        NumberType::S32, NumberType::S64);
    ModbusRegister layout = number(type, *rc::gen::inRange<std::int8_t>(-6, 6));
    layout.order = *rc::gen::element(WordOrder::BigEndian, WordOrder::LittleEndian);
    const auto raw =
        *rc::gen::container<Raw>(registers_of(type), rc::gen::arbitrary<std::uint16_t>());
    const auto value = decode_register(layout, raw);
    RC_ASSERT(value.has_value());
    RC_ASSERT(encode_register(layout, *value) == raw);
  });
}

TEST(RegisterCodec, FieldsReadBackAndStopAtTheLastWholeOne) {
  const std::vector<Field> fields{{FieldRole::TransactionId, NumberType::U32, 2, {}},
                                  {FieldRole::Digits, NumberType::Ascii, 10, {}},
                                  {FieldRole::OrderValue, NumberType::S32, 2, {}}};
  const std::vector<FieldValue> values{
      {fields[0], 4'000'000'000, {}}, {fields[1], 0, "12345678901234567890"}, {fields[2], -5, {}}};
  const Raw raw = encode_fields(values);
  ASSERT_EQ(raw.size(), 14U);
  EXPECT_EQ(decode_fields(fields, raw), values);
  EXPECT_EQ(decode_fields(fields, std::span{raw}.first(13)).size(), 2U);
}

}  // namespace
}  // namespace metergate::model
