// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/canonical_json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

namespace metergate::north {
namespace {

namespace json = boost::json;

std::string canonical(std::string_view text) {
  const auto out = canonical_json(json::parse({text.data(), text.size()}));
  return out ? *out : "refused: " + out.error().field;
}

TEST(CanonicalJson, MembersAreSortedAtEveryDepthAndWhiteSpaceIsGone) {
  EXPECT_EQ(canonical(R"( { "b" : [ 3, { "z":null, "a" : true } ], "a" : false, "" : {} } )"),
            R"({"":{},"a":false,"b":[3,{"a":true,"z":null}]})");
}

// The sample of RFC 8785, 3.2.3, with whole numbers for values.
TEST(CanonicalJson, NamesAreSortedByTheirUtf16Units) {
  EXPECT_EQ(canonical("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,"
                      "\"\\u0080\":6,\"\\u00f6\":7}"),
            "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"\xC3\xB6\":7,\"\xE2\x82\xAC\":1,"
            "\"\xF0\x9F\x98\x80\":5,\"\xEF\xAC\xB3\":3}");
}

// RFC 8785, 3.2.2.2
TEST(CanonicalJson, StringsHaveTheShortestEscapesInLowerCase) {
  EXPECT_EQ(canonical(R"(["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\t\f\r\u000b\u007f"])"),
            "[\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\\r\\u000b\x7F\"]");
}

TEST(CanonicalJson, WholeNumbersThatEveryLibraryHoldsAreTaken) {
  EXPECT_EQ(canonical("[0,-1,9007199254740991,-9007199254740991]"),
            "[0,-1,9007199254740991,-9007199254740991]");
}

TEST(CanonicalJson, EveryOtherNumberIsRefusedWithItsPlace) {
  for (const std::string_view number :
       {"1.0", "1.5", "1e3", "9007199254740992", "-9007199254740992", "18446744073709551615",
        "18446744073709551616"}) {
    EXPECT_EQ(canonical("{\"a\":[1,{\"b\":" + std::string{number} + "}]}"), "refused: a[2].b")
        << number;
  }
}

TEST(CanonicalJson, AMemberWithoutANameHasAPlaceToo) {
  EXPECT_EQ(canonical(R"({"":1.5})"), R"(refused: "")");
  EXPECT_EQ(canonical(R"({"a":{"":1.5}})"), R"(refused: a."")");
}

TEST(CanonicalJson, MembersThatAreLeftOutAreThoseOfTheOuterObjectOnly) {
  const auto body = json::parse(R"({"x":1,"a":{"x":2,"y":3},"y":4})").get_object();
  EXPECT_EQ(*canonical_json_without(body, "x", "y"), R"({"a":{"x":2,"y":3}})");
}

TEST(CanonicalJson, NumbersThatAreLeftOutAreNotJudged) {
  const auto body = json::parse(R"({"x":1.5,"a":1})").get_object();
  EXPECT_EQ(*canonical_json_without(body, "x", ""), R"({"a":1})");
}

RC_GTEST_PROP(CanonicalJsonProperty, OrderAndSpellingMakeNoDifferenceAndNothingIsLost, ()) {
  const auto numbers = *rc::gen::container<std::map<std::string, std::int32_t>>(
      rc::gen::string<std::string>(), rc::gen::arbitrary<std::int32_t>());
  json::object forward;
  json::object backward;
  for (auto one = numbers.begin(); one != numbers.end(); ++one) forward[one->first] = one->second;
  for (auto one = numbers.rbegin(); one != numbers.rend(); ++one)
    backward[one->first] = one->second;
  const auto text = canonical_json(forward);
  RC_ASSERT(text.has_value());
  RC_ASSERT(*text == *canonical_json(backward));
  json::parse_options as_made;
  as_made.allow_invalid_utf8 = true;  // the names are octets by chance
  const auto again = json::parse(*text, {}, as_made);
  RC_ASSERT(again == json::value(forward));
  RC_ASSERT(*canonical_json(again) == *text);
}

}  // namespace
}  // namespace metergate::north
