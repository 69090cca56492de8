// SPDX-License-Identifier: Apache-2.0
#include "protocols/word_list.hpp"

#include <gtest/gtest.h>

namespace metergate {
namespace {

enum class Colour : unsigned char { Red, Green, Blue };
constexpr std::array<std::string_view, 3> kColours{"red", "green", "blue"};

TEST(WordList, EachValueComesBackFromItsWord) {
  for (const Colour colour : {Colour::Red, Colour::Green, Colour::Blue}) {
    EXPECT_EQ(parse_word<Colour>(kColours, word_of(kColours, colour)), colour);
  }
  EXPECT_EQ(word_of(kColours, Colour::Blue), "blue");
}

TEST(WordList, NothingElseIsAWord) {
  for (const std::string_view text : {"", "Red", "red ", "re", "yellow"}) {
    EXPECT_EQ(parse_word<Colour>(kColours, text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace metergate
