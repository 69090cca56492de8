// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <limits>

namespace metergate::north {
namespace {

namespace json = boost::json;

/// Any tree of what JsonText can write.
json::value any_tree(int depth) {
  const auto text = [] { return *rc::gen::container<std::string>(rc::gen::arbitrary<char>()); };
  switch (*rc::gen::inRange(0, depth == 0 ? 3 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<std::int64_t>();
    case 2:
      return json::value(text());
    case 3: {
      json::array out;
      for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
        out.push_back(any_tree(depth - 1));
      }
      return out;
    }
    default: {
      json::object out;
      for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
        out[text()] = any_tree(depth - 1);
      }
      return out;
    }
  }
}

void write(JsonText& out, const json::value& value) {
  if (const auto* object = value.if_object()) {
    out.open_object();
    for (const auto& member : *object) {
      out.name(member.key());
      write(out, member.value());
    }
    return out.close_object();
  }
  if (const auto* array = value.if_array()) {
    out.open_array();
    for (const json::value& element : *array) write(out, element);
    return out.close_array();
  }
  if (const auto* text = value.if_string()) return out.text(*text);
  if (const auto* number = value.if_int64()) return out.number(*number);
  out.null();
}

std::string written(const json::value& value) {
  JsonText out{0};
  write(out, value);
  return out.take();
}

RC_GTEST_PROP(JsonText, IsWhatBoostMakesOfTheSameTree, ()) {
  const json::value tree = any_tree(3);
  RC_ASSERT(written(tree) == json::serialize(tree));
}

TEST(JsonText, EscapesEveryOctetThatNeedsIt) {
  std::string every;
  for (int octet = 0; octet < 256; ++octet) every += static_cast<char>(octet);
  EXPECT_EQ(written(json::value(every)), json::serialize(json::value(every)));
  EXPECT_EQ(written(json::value("a\"b\\c\nd\x01/")), R"("a\"b\\c\nd\u0001/")");
}

TEST(JsonText, WritesEveryWholeNumber) {
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
}

TEST(JsonText, PutsCommasBetweenAndNowhereElse) {
  const json::value tree = {{"a", json::array{}}, {"b", json::object{}}, {"c", {1, nullptr, "x"}}};
  EXPECT_EQ(written(tree), R"({"a":[],"b":{},"c":[1,null,"x"]})");
}

}  // namespace
}  // namespace metergate::north
