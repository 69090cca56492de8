// SPDX-License-Identifier: Apache-2.0
#include "config/nearest_word.hpp"

#include <gtest/gtest.h>

namespace metergate::config {
namespace {

const std::vector<std::string> kKnown{"registers_s", "password_file", "host", "port"};

TEST(NearestWord, FindsTheSlipOfThePen) {
  EXPECT_EQ(nearest_word("registres_s", kKnown), "registers_s");
  EXPECT_EQ(nearest_word("hots", kKnown), "host");
}

TEST(NearestWord, FindsTheKeyWhoseEndingWasForgotten) {
  EXPECT_EQ(nearest_word("registers", kKnown), "registers_s");
  EXPECT_EQ(nearest_word("password", kKnown), "password_file");
}

TEST(NearestWord, FindsNothingForAnotherWord) {
  EXPECT_FALSE(nearest_word("unheard_of", kKnown));
  EXPECT_FALSE(nearest_word("", {"abc"}));
  EXPECT_FALSE(nearest_word(std::string(1000, 'a'), kKnown));
}

}  // namespace
}  // namespace metergate::config
