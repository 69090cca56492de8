// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "storage/crash_point.hpp"
#include "storage/tenancy_record.hpp"
#include "tests/scenario/story.hpp"

/// Orders, and changes of tenancy and supplier, interrupted at every step there is: each tale is
/// told once to count its exchanges with the meter and its steps with the ledger, then again for
/// each of them with the gateway killed there, the meter's power cut there, the link lost there.
/// However it is told, it ends the same.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using virtual_meter::ChangeFired;
using virtual_meter::OrderSeen;

enum class Trouble : std::uint8_t { GatewayKilled, PowerCut, LinkLost };
enum class Moment : std::uint8_t {
  Before,     ///< the request has not reached the meter
  Acted,      ///< the meter has acted, nobody has heard of it
  WorkedOff,  ///< the gateway has done what the answer led to
};

constexpr Duration kTroubleLasts = 90s;
constexpr Duration kTurn = 10s;
/// How long a tale is watched after its end, for the relay to be read again in its turn; at most.
constexpr Duration kAfterwards = 16min;
constexpr Duration kLongest = 3h;
/// Of a long tale, every so many steps of the ledger.
constexpr std::size_t kManySteps = 60;
constexpr std::size_t kStride = 3;

struct Tale {
  const char* name;
  const char* verb;
  std::string params;
  bool with_keys = true;
  Speech speech = Speech::Modbus;
};

/// The story starts at 10:07 and the command comes at 10:12.
std::vector<Tale> tales() {
  const std::string later = R"("2026-03-02T10:25:00Z")";
  return {
      {"ChangeOfTenancy", "change-tenancy", R"({"situation":"leaves-now","relay":"off"})"},
      {"DatedChangeOfTenancy", "change-tenancy",
       R"({"situation":"leaves-later","relay":"armed","effective":)" + later + "}"},
      {"ChangeOfSupplier", "change-supplier",
       R"({"supplier_id":2,"supplier_name":"South Power","relay":"armed"})"},
      {"DatedChangeOfSupplier", "change-supplier",
       R"({"supplier_id":2,"supplier_name":"South Power","effective":)" + later + "}"},
      {"SetRelayOff", "set-relay", R"({"state":"off"})"},
      {"SetRelayArmed", "set-relay", R"({"state":"armed"})"},
      {"SetTariff", "set-tariff",
       R"({"tariff_id":9,"supplier_id":2,"supplier_name":"South Power","price_minor_per_kwh":40})"},
      {"DeliverToken", "deliver-token", R"({"token":"73946144332040217315"})", false},
      {"ChangeOfTenancyOverDlms", "change-tenancy", R"({"situation":"leaves-now","relay":"off"})",
       true, Speech::Dlms},
      {"ChangeOfSupplierOverDlms", "change-supplier",
       R"({"supplier_id":2,"supplier_name":"South Power","relay":"armed"})", true, Speech::Dlms},
      {"SetRelayOffOverDlms", "set-relay", R"({"state":"off"})", true, Speech::Dlms},
      {"DeliverTokenOverDlms", "deliver-token", R"({"token":"73946144332040217315"})", false,
       Speech::Dlms},
  };
}

/// A tale under way, with one interruption at most.
class Telling {
 public:
  explicit Telling(const Tale& tale)
      : tale_{tale},
        story_{Setting{
            .history = std::chrono::days{1}, .with_keys = tale.with_keys, .speech = tale.speech}} {
    story_.advance(5min);
    truth_ = story_.meter().intervals(UtcSeconds{}, story_.now_s());
  }
  ~Telling() { watch_crash_points({}); }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  void interrupt(Trouble trouble, Moment moment, std::size_t exchange) {
    trouble_ = trouble;
    moment_ = moment;
    wanted_ = exchange;
  }
  void kill_at_step_of_ledger(std::size_t step) { wanted_step_ = step; }

  void tell() {
    story_.observe({[this] { return before(); }, [this] { acted(); }, [this] { worked_off(); }});
    watch_crash_points([this](std::string_view) {
      if (++steps_ == wanted_step_) throw GatewayKilled{};
    });
    story_.command(tale_.verb, "c1", R"("params":)" + tale_.params, 6h);
    Duration since_end{0};
    for (Duration told{0}; told < kLongest && since_end < kAfterwards; told += kTurn) {
      story_.advance(kTurn);
      if (since_end == Duration{0}) {
        exchanges_needed_ = exchanges_;
        steps_needed_ = steps_;
      }
      if (began_ && story_.town().box_now().instant - *began_ >= kTroubleLasts) heal();
      since_end = is_over() && !began_ ? since_end + kTurn : Duration{0};
    }
    watch_crash_points({});
    story_.observe({});
  }

  /// Until its end.
  [[nodiscard]] std::size_t exchanges() const { return exchanges_needed_; }
  [[nodiscard]] std::size_t steps() const { return steps_needed_; }
  [[nodiscard]] bool was_interrupted() const { return interrupted_; }

  /// What a checker sees of it; the same for every telling.
  [[nodiscard]] std::string end() {
    const MeterKey key = story_.stored().key;
    std::string out = "outcome " + state();
    std::size_t taken = 0;
    for (const OrderSeen& seen : story_.meter().orders()) {
      taken += std::holds_alternative<operation::OrderTaken>(seen.answer) ? 1U : 0U;
    }
    out += ", orders taken " + std::to_string(taken);
    for (const ChangeFired& fired : story_.meter().changes_fired()) {
      out += ", in force since " + rfc3339::text(period_start(fired.effective, kPeriod));
    }
    const auto relay = story_.meter().relay().state;
    out += ", relay " + std::string{supply_word(relay)} +
           (story_.stored().supply_reported == relay ? " and known" : " and not known");
    out += ", supplier " + std::to_string(story_.meter().tariff().active.supplier.id);
    std::map<UtcSeconds, int> held;
    const auto tenancies = *story_.ledger().tenancies(key);
    for (const StoredTenancy& tenancy : tenancies) {
      const auto rows = *story_.ledger().profile(key, tenancy.epoch, UtcSeconds{}, story_.now_s());
      for (const ProfileInterval& row : rows) ++held[row.start];
      if (tenancy.epoch == 1) continue;
      out += ", tenancy from " + rfc3339::text(period_start(*tenancy.effective, kPeriod)) +
             (tenancy.synchronised ? " synchronised" : " not synchronised");
      const bool begins_right =
          rows.empty() || rows.front().start == period_start(*tenancy.effective, kPeriod);
      if (!begins_right) out += ", with slots from before";
    }
    for (const ProfileInterval& row : truth_) {
      if (held[row.start] != 1) {
        out +=
            ", slot " + rfc3339::text(row.start) + " " + std::to_string(held[row.start]) + " times";
      }
    }
    return out;
  }

 private:
  static constexpr CapturePeriod kPeriod{30};

  std::optional<Wire> before() {
    ++exchanges_;
    if (exchanges_ != wanted_ || moment_ == Moment::WorkedOff) return std::nullopt;
    if (moment_ == Moment::Before) {
      begin();
      return trouble_ == Trouble::LinkLost ? std::optional{Wire::Silent} : std::nullopt;
    }
    // A meter that loses its power, or a link that breaks, before the answer is through.
    return trouble_ == Trouble::GatewayKilled ? std::nullopt : std::optional{Wire::AnswersAreLost};
  }
  void acted() {
    if (exchanges_ == wanted_ && moment_ == Moment::Acted) begin();
  }
  void worked_off() {
    // The next exchange may have begun by now.
    if (++worked_off_ == wanted_ && moment_ == Moment::WorkedOff) begin();
  }
  void begin() {
    if (std::exchange(interrupted_, true)) return;
    switch (trouble_) {
      case Trouble::GatewayKilled:
        throw GatewayKilled{};
      case Trouble::PowerCut:
        story_.meter().cut_power(story_.now_s());
        break;
      case Trouble::LinkLost:
        story_.wire(Wire::Silent);
        break;
    }
    began_ = story_.town().box_now().instant;
  }
  void heal() {
    began_.reset();
    story_.wire(Wire::Healthy);
    story_.meter().restore_power(story_.now_s());
  }
  [[nodiscard]] std::string state() const {
    const std::string last = story_.last_of("c1");
    if (last.empty()) return "none";
    return std::string{json::parse(last).as_object().at("state").as_string()};
  }
  [[nodiscard]] bool is_over() {
    if (state() != "succeeded") return false;
    return std::ranges::all_of(*story_.ledger().tenancies(story_.stored().key),
                               [](const StoredTenancy& tenancy) {
                                 return tenancy.epoch == 1 || tenancy.synchronised.has_value();
                               });
  }

  const Tale& tale_;
  Story story_;
  std::vector<ProfileInterval> truth_;
  Trouble trouble_ = Trouble::GatewayKilled;
  Moment moment_ = Moment::Before;
  std::size_t wanted_ = 0;
  std::size_t wanted_step_ = 0;
  std::size_t exchanges_ = 0;
  std::size_t worked_off_ = 0;
  std::size_t steps_ = 0;
  std::size_t exchanges_needed_ = 0;
  std::size_t steps_needed_ = 0;
  bool interrupted_ = false;
  std::optional<Instant> began_;
};

void PrintTo(const Tale& tale, std::ostream* out) { *out << tale.name; }

class CutAnywhere : public testing::TestWithParam<Tale> {
 protected:
  void SetUp() override {
    Telling whole{GetParam()};
    whole.tell();
    expected_ = whole.end();
    exchanges_ = whole.exchanges();
    steps_ = whole.steps();
    ASSERT_TRUE(expected_.starts_with("outcome succeeded, orders taken 1,")) << expected_;
  }
  /// At each exchange one way of two, the other at the next.
  void ends_the_same(Trouble trouble, Moment one, Moment other) {
    for (std::size_t at = 1; at <= exchanges_; ++at) {
      const Moment moment = at % 2 == 0 ? one : other;
      Telling telling{GetParam()};
      telling.interrupt(trouble, moment, at);
      telling.tell();
      EXPECT_TRUE(telling.was_interrupted());
      EXPECT_EQ(telling.end(), expected_) << "interrupted at exchange " << at << " of "
                                          << exchanges_ << ", moment " << static_cast<int>(moment);
    }
  }

  std::string expected_;
  std::size_t exchanges_ = 0;
  std::size_t steps_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Of, CutAnywhere, testing::ValuesIn(tales()),
                         [](const auto& param) { return param.param.name; });

TEST_P(CutAnywhere, TheGatewayIsKilledAtAnyExchangeAndItEndsTheSame) {
  ends_the_same(Trouble::GatewayKilled, Moment::Acted, Moment::WorkedOff);
}

TEST_P(CutAnywhere, TheMeterLosesItsPowerAtAnyExchangeAndItEndsTheSame) {
  ends_the_same(Trouble::PowerCut, Moment::Acted, Moment::WorkedOff);
}

TEST_P(CutAnywhere, TheLinkIsLostAtAnyExchangeAndItEndsTheSame) {
  ends_the_same(Trouble::LinkLost, Moment::Before, Moment::Acted);
}

TEST_P(CutAnywhere, TheGatewayIsKilledAtAnyStepOfItsLedgerAndItEndsTheSame) {
  const std::size_t stride = steps_ > kManySteps ? kStride : 1;
  for (std::size_t step = 1; step <= steps_; step += stride) {
    Telling telling{GetParam()};
    telling.kill_at_step_of_ledger(step);
    telling.tell();
    EXPECT_EQ(telling.end(), expected_) << "killed at step " << step << " of " << steps_;
  }
}

}  // namespace
}  // namespace metergate::test
