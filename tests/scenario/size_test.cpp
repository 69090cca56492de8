// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <malloc.h>

#include "config/model_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/town.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h;

std::string configuration(int meters) {
  std::string text = R"(
    site = "s1"
    [storage]
    file = "ledger.db"
    [north]
    [mqtt_meters]
    [[schedule]]
    name = "default"
    registers_s = 900
)";
  for (int i = 1; i <= meters; ++i) {
    text += "[[meter]]\nid = \"m" + std::to_string(i) + "\"\nmodel = \"virtual-prepayment-mqtt\"\n";
  }
  return text;
}

/// What a gateway with so many meters that are all away keeps on the heap.
double octets_of(int meters, const config::ModelCatalogue& models) {
  const TemporaryDirectory directory;
  Town::Plan plan;
  plan.directory = directory.path();
  plan.configuration = configuration(meters);
  plan.models = models;
  plan.start = kStart;
  const auto before = mallinfo2();
  Town town{std::move(plan), {}};
  town.start();
  town.advance(5s);
  const auto after = mallinfo2();
  return static_cast<double>(after.uordblks + after.hblkhd) -
         static_cast<double>(before.uordblks + before.hblkhd);
}

TEST(Size, AMeterIsTwoThousandOctets) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's heap is another";
#endif
  const auto models =
      *config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
  const double few = octets_of(100, models);
  const double many = octets_of(1'100, models);
  EXPECT_GT(many, few) << "or nothing was counted";
  EXPECT_LT((many - few) / 1'000, 2'100) << "a driver of its own would be 170 more";
}

}  // namespace
}  // namespace metergate::test
