// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/data_message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate::iec62056_21 {
namespace {

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

/// As it is on the wire: between STX and ETX, with its check.
Octets framed(std::string_view block) {
  Octets out = octets("\x02" + std::string{block} + "\x03");
  out.push_back(block_check(OctetView{out}.subspan(1)));
  return out;
}

Fault fault_of(const Octets& message) {
  const auto decoded = DataMessage::decode(message);
  EXPECT_FALSE(decoded);
  return decoded ? Fault{} : decoded.error();
}

TEST(DataMessageTest, DataSetsHaveANameAndValuesWithUnits) {
  const auto message =
      DataMessage::decode(framed("0.0.0(12345678)\r\n1.8.0(000123.4*kWh)1.8.0*01(000120.0*kWh)"
                                 "\r\nP.01(2105310000)(00)(15)\r\n!\r\n"));
  ASSERT_TRUE(message) << message.error().text();
  ASSERT_EQ(message->sets.size(), 4U);
  EXPECT_EQ(message->find("1.8.0")->values, (std::vector{Value{"000123.4", "kWh"}}));
  EXPECT_EQ(message->find("1.8.0*01")->values.front().text, "000120.0");
  EXPECT_EQ(message->find("P.01")->values.size(), 3U);
  EXPECT_EQ(message->find("2.8.0"), nullptr);
  EXPECT_FALSE(message->error());
}

TEST(DataMessageTest, WithoutACheckThereAreJustTheLines) {
  const auto message = DataMessage::decode(octets("F.F(00)\r\n1.8.0(1*kWh)\r\n!\r\n"));
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(message->sets.size(), 2U);
  EXPECT_EQ(fault_of(octets("F.F(00)\r\n")), (Fault{"data block", 9, "ended by ! CR LF"}));
}

TEST(DataMessageTest, AMeterThatSaysAnErrorIsUnderstood) {
  const auto message = DataMessage::decode(framed("(ER23)"));
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(message->error(), "ER23");
  EXPECT_FALSE(DataMessage::decode(framed("(23)"))->error());
}

TEST(DataMessageTest, TheCheckIsTheXorBehindStxUpToEtx) {
  EXPECT_EQ(block_check(octets("!\r\n\x03")), '!' ^ '\r' ^ '\n' ^ 3);
  Octets damaged = framed("1.8.0(1*kWh)\r\n!\r\n");
  damaged[7] ^= 1;
  EXPECT_EQ(fault_of(damaged).field, "block check");
  EXPECT_EQ(fault_of(damaged).offset, damaged.size() - 1);
}

TEST(DataMessageTest, EveryFaultHasFieldPlaceAndWhatWouldBeRight) {
  EXPECT_EQ(fault_of({}).field, "data block");
  EXPECT_EQ(fault_of(octets("\x02")).field, "data message");
  EXPECT_EQ(fault_of(octets("\x02!\r\n")).field, "data message");
  EXPECT_EQ(fault_of(framed("1.8.0\r\n!\r\n")).text(),
            "data set's name at octet 6: must be at most 16 printable characters without / ) and "
            "!, then (");
  EXPECT_EQ(fault_of(framed("1.8.0(1\r\n!\r\n")).field, "value");
  EXPECT_EQ(fault_of(framed("1.8.0(1*kWh*)\r\n!\r\n")), (Fault{"unit", 12, "ended by )"}));
  EXPECT_EQ(fault_of(framed(std::string(17, '1') + "(1)\r\n!\r\n")).offset, 17U);
  EXPECT_EQ(fault_of(framed("1(" + std::string(129, '1') + ")\r\n!\r\n")).offset, 131U);
  EXPECT_EQ(fault_of(framed("1(1*" + std::string(17, 'k') + ")\r\n!\r\n")).offset, 21U);
  EXPECT_EQ(fault_of(framed("1(1)\r\n!\r\nmore")).field, "data block");
  EXPECT_EQ(fault_of(Octets(kMaxMessageOctets + 1, '1')).expected, "at most 32768 octets");
}

TEST(DataMessageTest, AMessageIsFoundBehindTheNoiseOfAChangeOfSpeed) {
  Octets stream = octets("~~");
  const Octets message = framed("1(1)\r\n!\r\n");
  stream.insert(stream.end(), message.begin(), message.end());
  for (std::size_t size = 0; size < stream.size(); ++size) {
    EXPECT_FALSE(find_data_message(OctetView{stream}.first(size))) << size;
  }
  const auto found = find_data_message(stream);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, 2U);
  EXPECT_EQ(found->to, stream.size());
}

TEST(DataMessageTest, AReadoutBeginsWithTheIdentification) {
  Octets text = octets("/VMG5sim\r\n\r\n");
  const std::size_t lines = text.size();
  const Octets message = framed("1(1)\r\n!\r\n");
  text.insert(text.end(), message.begin(), message.end());
  const auto readout = Readout::decode(text);
  ASSERT_TRUE(readout) << readout.error().text();
  EXPECT_EQ(readout->identification.maker, "VMG");
  EXPECT_EQ(readout->data.sets.size(), 1U);
  text.back() ^= 1;
  EXPECT_EQ(Readout::decode(text).error().offset, lines + message.size() - 1);
  EXPECT_EQ(Readout::decode(octets("/VMG5sim")).error().field, "identification message");
}

std::string some_text(std::size_t most) {
  constexpr std::string_view kCharacters = "0129.:-+ abcXYZ%";
  const auto picks = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, kCharacters.size()));
  std::string out;
  for (const std::size_t pick : picks) {
    if (out.size() < most) out.push_back(kCharacters[pick]);
  }
  return out;
}

RC_GTEST_PROP(DataMessageProperty, WhatIsEncodedIsDecodedAndNoPrefixIs, ()) {
  DataMessage message;
  const int sets = *rc::gen::inRange(0, 5);
  for (int i = 0; i < sets; ++i) {
    DataSet set{some_text(kMaxName), {}};
    const int values = *rc::gen::inRange(1, 4);
    for (int j = 0; j < values; ++j)
      set.values.push_back({some_text(kMaxValue), some_text(kMaxUnit)});
    RC_ASSERT(is_data_set(set));
    message.sets.push_back(std::move(set));
  }
  const Octets encoded = message.encode();
  const auto decoded = DataMessage::decode(encoded);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == message);
  const auto cut = *rc::gen::inRange<std::size_t>(0, encoded.size());
  const auto prefix = DataMessage::decode(OctetView{encoded}.first(cut));
  RC_ASSERT(!prefix.has_value());
}

TEST(DataMessageTest, WhatCannotStandInADataSetIsKnown) {
  EXPECT_FALSE(is_data_set({"1.8.0", {}}));
  EXPECT_FALSE(is_data_set({"1(8", {{"1", ""}}}));
  EXPECT_FALSE(is_data_set({"1.8.0", {{"1)", ""}}}));
  EXPECT_FALSE(is_data_set({"1.8.0", {{"1", "k*h"}}}));
  EXPECT_FALSE(is_data_set({std::string(17, '1'), {{"1", ""}}}));
}

}  // namespace
}  // namespace metergate::iec62056_21
