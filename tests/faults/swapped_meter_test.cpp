// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "tests/faults/golden_run.hpp"
#include "tests/faults/row.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

/// A gateway whose meter is exchanged for another one on the same address, as a fitter does it: the
/// old one is dead, some time passes, the new one is live.
class Exchanges {
 public:
  explicit Exchanges(std::uint64_t seed) : chance_{seed} { story_.advance(30s); }

  void one(Row& row) {
    maybe_order();
    story_.advance(below(2'000) * 1ms);
    story_.wire(Wire::Silent);
    maybe_order();
    story_.advance(500ms + below(10) * below(60'000) * 1ms);
    story_.swap_meter();
    foreign_ = !foreign_;
    story_.wire(Wire::Healthy);
    for (unsigned i = below(4); i > 0; --i) {
      maybe_order();
      story_.advance(below(30'000) * 1ms);
    }
    if (below(10) == 0) story_.restart();
    story_.advance(below(120'000) * 1ms);
    row.ran();
    if (foreign_ && story_.meter().orders().size() != foreign_orders_) {
      foreign_orders_ = story_.meter().orders().size();
      row.violation("after " + std::to_string(row.runs()) +
                    " exchanges the wrong meter got transaction " +
                    std::to_string(story_.meter().orders().back().transaction));
    }
  }

  /// Back to the right meter: what was ordered must end.
  std::size_t right_ones() {
    if (foreign_) story_.swap_meter();
    foreign_ = false;
    story_.advance(30min);
    return story_.meter().orders().size();
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(chance_() % bound); }

  void maybe_order() {
    switch (below(4)) {
      case 0:
        ++number_;
        story_.command("deliver-token", "t" + std::to_string(number_),
                       R"("params":{"token":")" + utrn_digits(number_) + R"("})", 5min);
        return;
      case 1:
        story_.command(
            "set-relay", "r" + std::to_string(++number_),
            below(2) == 0 ? R"("params":{"state":"off"})" : R"("params":{"state":"armed"})", 5min);
        return;
      case 2:
        story_.command("set-clock", "c" + std::to_string(++number_), R"("params":{})", 5min);
        return;
      default:
        return;
    }
  }

  std::mt19937_64 chance_;
  Story story_{{.history = std::chrono::days{1}}};
  bool foreign_ = false;
  std::size_t foreign_orders_ = 0;
  std::uint32_t number_ = 0;
};

TEST(SwappedMeterTest, NothingIsWrittenToAForeignSerialNumber) {
  Row row{"R10", "exchanged meters", 200};
  Exchanges exchanges{row.seed()};
  for (std::uint64_t i = 0; i < row.wanted(); ++i) exchanges.one(row);
  row.expect(exchanges.right_ones() > row.wanted() / 10, "the right meter got hardly an order");
}

}  // namespace
}  // namespace metergate::test
