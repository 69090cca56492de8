// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/neutral_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <iterator>

namespace metergate::journal {
namespace {

TEST(NeutralText, PlainTextStaysAsItIs) {
  EXPECT_EQ(neutral("no answer in 250 ms"), "no answer in 250 ms");
  EXPECT_EQ(neutral("Zähler Größe 你好 €"), "Zähler Größe 你好 €");
  EXPECT_EQ(neutral(""), "");
}

TEST(NeutralText, LineBreakCannotBeginAForgedLine) {
  EXPECT_EQ(neutral("x\n2026-03-01T10:17:00Z  info  MG0404  forged\r\n\ty"),
            "x\\n2026-03-01T10:17:00Z  info  MG0404  forged\\r\\n\\ty");
  EXPECT_EQ(neutral("a\u2028b\u2029c\u0085d"), "a\\u{2028}b\\u{2029}c\\u{85}d");
}

TEST(NeutralText, TerminalEscapesAreShownInsteadOfObeyed) {
  EXPECT_EQ(neutral("\x1b[2J\x1b]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(neutral("\xc2\x9b"
                    "31m"),
            "\\u{9b}31m");  // the one-character form of ESC [
  EXPECT_EQ(neutral("\x7f"), "\\x7f");
}

TEST(NeutralText, BidirectionalOverridesAreShown) {
  EXPECT_EQ(neutral("a\u202eb\u2066c\u200fd"), "a\\u{202e}b\\u{2066}c\\u{200f}d");
}

TEST(NeutralText, OctetsThatAreNotUtf8AreShownInHex) {
  EXPECT_EQ(neutral("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(neutral("\xc0\xaf"), "\\xc0\\xaf");                    // overlong slash
  EXPECT_EQ(neutral("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(neutral("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(neutral("ok\xe2\x82"), "ok\\xe2\\x82");                // cut off
}

TEST(NeutralText, BackslashIsDoubledSoThatEscapesCannotBeFaked) {
  EXPECT_EQ(neutral("C:\\n"), "C:\\\\n");
}

TEST(NeutralText, ZeroOctetIsShown) { EXPECT_EQ(neutral(std::string_view{"a\0b", 3}), "a\\x00b"); }

TEST(NeutralText, TokenKeepsItsLastFourDigitsOnly) {
  EXPECT_EQ(neutral("refused 12345678901234567890!"), "refused ****7890!");
  EXPECT_EQ(neutral("1234 5678 9012 3456 7890 was wrong"), "****7890 was wrong");
  EXPECT_EQ(neutral("1234-5678-9012-3456-7890"), "****7890");
}

TEST(NeutralText, OtherNumbersAreLeftAlone) {
  EXPECT_EQ(neutral("serial 1234567890123"), "serial 1234567890123");
  EXPECT_EQ(neutral("1234 5678 9012 3456"), "1234 5678 9012 3456");
  EXPECT_EQ(neutral("01 03 00 00 00 12 34 56 78 90 11 22"), "01 03 00 00 00 12 34 56 78 90 11 22");
}

TEST(NeutralText, LongTextIsCutAtACharacterAndSaysSo) {
  EXPECT_EQ(neutral("abcdefghij", 8), "abcde…");
  EXPECT_EQ(neutral("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(neutral("äöüäöü", 8), "äö…");
}

RC_GTEST_PROP(NeutralText, IsOneHarmlessLineWhateverComesIn, ()) {
  const auto octets = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const std::string text = neutral(octets);
  RC_ASSERT(text.size() <= kMaxValueOctets);
  RC_ASSERT(std::ranges::none_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
  }));
  // Nothing is left that would be replaced again, but for the backslashes of the escapes (and
  // digits, which could run together when those are taken out).
  std::string rest;
  std::ranges::copy_if(text, std::back_inserter(rest),
                       [](char c) { return c != '\\' && (c < '0' || c > '9'); });
  RC_ASSERT(neutral(rest) == rest);
}

TEST(QuotedIfNeeded, BareWordsStayBare) {
  EXPECT_EQ(quoted_if_needed("riser-2"), "riser-2");
  EXPECT_EQ(quoted_if_needed("two words"), "\"two words\"");
  EXPECT_EQ(quoted_if_needed("a=b"), "\"a=b\"");
  EXPECT_EQ(quoted_if_needed(""), "\"\"");
  EXPECT_EQ(quoted_if_needed("say \"no\""), "\"say \\\"no\\\"\"");
}

}  // namespace
}  // namespace metergate::journal
