// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/dlms_profile_reader.hpp"

namespace metergate::dlms_driver {
namespace {

/// The load profile. Its rows are stamped with the end of their period, ours with the beginning.
class ReadProfile : public ReadProfileRows {
 public:
  ReadProfile(const Subject& subject, operation::ReadProfile op)
      : ReadProfileRows{subject, *subject.layout().load_profile}, op_{op}, asked_to_{op.to} {}

 private:
  Wanted wanted(std::chrono::seconds period) override {
    const std::chrono::seconds step =
        period.count() > 0 ? period : std::chrono::seconds{meter_model().capture_period};
    op_.to = std::min(op_.to, op_.from + step * layout().rows_per_page);
    return {op_.from + step, op_.to + step - std::chrono::seconds{1}};
  }

  [[nodiscard]] std::chrono::seconds period() const {
    return shape().capture_period.count() > 0 ? shape().capture_period
                                              : std::chrono::seconds{meter_model().capture_period};
  }

  /// Years before the meter began are one page, not hundreds.
  DriverStep oldest(std::optional<UtcSeconds> time, Now) override {
    operation::ProfilePage page;
    const UtcSeconds first = time ? *time - period() : asked_to_;
    page.covered_to = std::max(op_.to, std::min(first, asked_to_));
    return finish(std::move(page));
  }

  DriverStep understand(std::vector<cosem::ProfileRow> rows, Now) override {
    if (rows.empty() && op_.to < asked_to_ && !oldest_asked_) {
      oldest_asked_ = true;
      if (auto step = ask_oldest()) return std::move(*step);
    }
    operation::ProfilePage page;
    for (const cosem::ProfileRow& row : rows) {
      if (!row.time) return meaningless("the load profile has no time column");
      auto values = values_of(row, meter_model().profile_channels);
      if (!values) return meaningless(values.error());
      const UtcSeconds start = *row.time - period();
      if (start < op_.from || start >= op_.to) continue;
      append(page.intervals, {start, std::move(*values)});
    }
    page.covered_to = op_.to;
    return finish(std::move(page));
  }

  operation::ReadProfile op_;  ///< one page of what was asked
  UtcSeconds asked_to_;
  bool oldest_asked_ = false;
};

class ReadDaily : public ReadProfileRows {
 public:
  ReadDaily(const Subject& subject, operation::ReadDaily op)
      : ReadProfileRows{subject, *subject.layout().daily_profile}, op_{op} {}

 private:
  Wanted wanted(std::chrono::seconds) override {
    op_.to = std::min(op_.to, op_.from + std::chrono::days{layout().rows_per_page});
    return {UtcSeconds{op_.from}, UtcSeconds{op_.to} - std::chrono::seconds{1}};
  }

  DriverStep understand(std::vector<cosem::ProfileRow> rows, Now) override {
    operation::DailyPage page;
    for (const cosem::ProfileRow& row : rows) {
      if (!row.time) return meaningless("the daily profile has no time column");
      auto values = values_of(row, meter_model().daily_channels);
      if (!values) return meaningless(values.error());
      append(page.snapshots,
             {std::chrono::floor<std::chrono::days>(*row.time), std::move(*values)});
    }
    page.covered_to = op_.to;
    return finish(std::move(page));
  }

  operation::ReadDaily op_;
};

}  // namespace

ExchangePtr read_profile(Subject subject, operation::ReadProfile op) {
  return std::make_unique<ReadProfile>(subject, op);
}

ExchangePtr read_daily(Subject subject, operation::ReadDaily op) {
  return std::make_unique<ReadDaily>(subject, op);
}

}  // namespace metergate::dlms_driver
