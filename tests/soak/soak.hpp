// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "gateway/runtime/agenda.hpp"
#include "tests/soak/chance.hpp"
#include "tests/soak/endurance.hpp"
#include "tests/soak/flat.hpp"
#include "tests/soak/report.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/town.hpp"

namespace metergate::soak {

struct Options {
  std::uint64_t seed = 1;
  double hours = 24;
  std::size_t meters = 24;
  bool steady = false;              ///< the gateway is never killed, and what it holds is judged
  std::filesystem::path journal{};  ///< what the gateway's journal says; empty: nowhere
};

/// A town in which anything may happen, as the seed says, for so many hours; then everything is
/// mended, and when the gateway has told its last outcome the promises are held against what the
/// virtual meters know.
class Soak {
 public:
  explicit Soak(const Options& options);
  ~Soak();
  Soak(const Soak&) = delete;
  Soak& operator=(const Soak&) = delete;

  /// `progress(share)` is called now and then, from 0 to 1.
  void run(const std::function<void(double)>& progress);

  [[nodiscard]] const Report& report() const { return report_; }
  [[nodiscard]] Report::Frame frame() const;

  // ---- for histories and faults -----------------------------------------------------------------
  [[nodiscard]] test::Town& town() { return *town_; }
  [[nodiscard]] std::deque<Flat>& flats() { return flats_; }
  [[nodiscard]] Report& said() { return report_; }
  /// Something to be done later; what is still open when the hours are over never is.
  void later(Duration in, std::function<void()> what);
  /// Undone when the hours are over, if not before.
  void until(Duration in, std::function<void()> undo);
  [[nodiscard]] UtcSeconds now() const { return town_->true_now_s(); }
  /// Kills the gateway at its n-th next step with a meter or with its ledger.
  void doom(std::uint64_t steps) { doom_ = steps; }
  [[nodiscard]] bool steady() const { return options_.steady; }

 private:
  void build();
  void watch_steps();
  void step_of_gateway();
  void heard(const MqttMessage& message);
  void advance_to(Instant when);
  void observe();
  void look_at_all();
  void look_at_gateway();
  void judge_endurance();
  void mend();
  [[nodiscard]] bool all_told();

  Options options_;
  Report report_;
  Endurance endurance_;
  test::TemporaryDirectory directory_;
  std::FILE* journal_ = nullptr;
  std::deque<Flat> flats_;
  runtime::Agenda diary_;
  std::deque<std::function<void()>> undone_;
  std::uint64_t doom_ = 0;
  std::unique_ptr<test::Town> town_;
  Instant began_{};
  std::chrono::steady_clock::time_point started_;
};

}  // namespace metergate::soak
