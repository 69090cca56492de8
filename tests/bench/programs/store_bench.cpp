// SPDX-License-Identifier: Apache-2.0
// The ledger at the work of bare_store.cpp, through its own interface.
//   store_bench bulk <file> <meters> <days>    meter after meter, then months read
//   store_bench live <file> <meters> <days>    time order, two channels, published and folded
//   store_bench backlog <file> <meters> <days> the last days of meters flat-00001 ... unpublished
#include <filesystem>

#include "storage/folded.hpp"
#include "storage/ledger.hpp"
#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate;
using namespace metergate::bench;
using namespace std::chrono_literals;

const cosem::ObisCode kImport{{1, 0, 1, 29, 0, 255}};
const cosem::ObisCode kExport{{1, 0, 2, 29, 0, 255}};
constexpr std::chrono::sys_days kFirstDay{2025y / 1 / 1};
constexpr auto kHalf = 30min;

template <typename T>
T good(Stored<T> result) {
  if (!result) give_up(result.error().what);
  return std::move(*result);
}

std::vector<MeterKey> make_meters(Ledger& ledger, int count) {
  std::vector<MeterKey> keys;
  for (int i = 0; i < count; ++i) {
    keys.push_back(
        good(ledger.meter(*MeterId::parse("m" + std::to_string(i)), "bench", kFirstDay)).key);
  }
  good(ledger.commit());
  return keys;
}

void publish_all(Ledger& ledger) {
  for (;;) {
    const auto data = good(ledger.outbox_data(500));
    if (data.empty()) return;
    for (const auto& row : data) good(ledger.published(row));
    good(ledger.commit());
  }
}

IntervalValue value_of(const cosem::ObisCode& channel, const Sample& sample) {
  return {channel, sample.value, {sample.marked ? IntervalMarks::kPowerDown : std::uint16_t{0}}};
}

// Every meter's past, a month a commit, as a synchronisation brings it.
void bulk(const std::filesystem::path& file, int meters, int days) {
  Report report;
  Samples samples{1};
  const auto now = kFirstDay + std::chrono::days{days + 2};
  const auto written = octets_written();
  Stopwatch watch;
  Stopwatch reading;
  double intervals = 0;
  double read_back = 0;
  double emptying = 0;
  {
    auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite));
    const auto keys = make_meters(ledger, meters);
    std::vector<ProfileInterval> month;
    for (const auto key : keys) {
      for (int day = 0; day < days; day += kDaysOfMonth) {
        month.clear();
        for (int i = 0; i < kHalvesOfDay * std::min(kDaysOfMonth, days - day); ++i) {
          month.push_back({kFirstDay + std::chrono::days{day} + i * kHalf,
                           {value_of(kImport, samples.next())}});
        }
        watch.go();
        intervals += static_cast<double>(good(ledger.store_profile(key, 1, month, now)));
        good(ledger.commit());
        watch.stop();
      }
    }
    const auto before = octets_written();
    publish_all(ledger);
    emptying = static_cast<double>(octets_written() - before);
    for (int i = 0; i < kMonthReads; ++i) {
      const auto meter = samples.below(static_cast<std::uint32_t>(meters));
      const auto from = kFirstDay + std::chrono::days{samples.below(static_cast<std::uint32_t>(
                                        std::max(1, days - kDaysOfMonth)))};
      reading.go();
      const auto back =
          good(ledger.profile(keys[meter], 1, from, from + std::chrono::days{kDaysOfMonth}));
      reading.stop();
      read_back += static_cast<double>(back.size());
    }
  }
  report.add("intervals", intervals);
  report.add("seconds", watch.seconds());
  report.add("written", static_cast<double>(octets_written() - written));
  report.add("written_publishing", emptying);
  report.add("at_rest", static_cast<double>(std::filesystem::file_size(file)));
  report.add("month_us", reading.seconds() * 1e6 / kMonthReads);
  report.add("read_back", read_back);
}

// Every half-hour two channels of all meters, published at once, folded after midnight.
void live(const std::filesystem::path& file, int meters, int days) {
  constexpr std::size_t kFoldAtOnce = 20;
  constexpr int kFoldsACommit = 10;
  Report report;
  Samples samples{2};
  const double intervals = 2.0 * kHalvesOfDay * meters * days;
  const auto begun = octets_written();
  double storing = 0;
  double publishing = 0;
  double longest_fold_ms = 0;
  {
    auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite));
    const auto keys = make_meters(ledger, meters);
    for (int half = 0; half < days * kHalvesOfDay; ++half) {
      const auto start = kFirstDay + half * kHalf;
      const auto before = octets_written();
      for (const auto key : keys) {
        good(ledger.store_profile(
            key, 1,
            {{start, {value_of(kImport, samples.next()), value_of(kExport, samples.next())}}},
            start + kHalf));
      }
      good(ledger.commit());
      const auto between = octets_written();
      publish_all(ledger);
      storing += static_cast<double>(between - before);
      publishing += static_cast<double>(octets_written() - between);
      if ((half + 1) % kHalvesOfDay != 0) continue;
      const auto today = std::chrono::floor<std::chrono::days>(start + kHalf);
      bool more = true;
      for (int fold = 1; more; ++fold) {
        const auto begin = Clock::now();
        more = good(ledger.fold(today, kFoldAtOnce)).meter_days > 0;
        const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
        longest_fold_ms = std::max(longest_fold_ms, took.count());
        if (fold % kFoldsACommit == 0 || !more) good(ledger.commit());
      }
    }
  }
  report.add("intervals", intervals);
  report.add("written", static_cast<double>(octets_written() - begun));
  report.add("written_storing", storing);
  report.add("written_publishing", publishing);
  report.add("longest_fold_ms", longest_fold_ms);
  report.add("at_rest", static_cast<double>(std::filesystem::file_size(file)));
}

// What an outage of the broker leaves behind.
void backlog(const std::filesystem::path& file, int meters, int days) {
  Report report;
  const cosem::ObisCode reactive{{1, 0, 3, 29, 0, 255}};
  Samples samples{3};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto today = std::chrono::floor<std::chrono::days>(now);
  auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite));
  double intervals = 0;
  for (int meter = 1; meter <= meters; ++meter) {
    const std::string number = std::to_string(100'000 + meter).substr(1);
    const auto key =
        good(ledger.meter(*MeterId::parse("flat-" + number), "virtual-prepayment-mqtt", now)).key;
    for (int day = 1; day <= days; ++day) {
      std::vector<ProfileInterval> rows;
      for (int half = 0; half < kHalvesOfDay; ++half) {
        rows.push_back({today - std::chrono::days{day} + half * kHalf,
                        {value_of(kImport, samples.next()), value_of(reactive, samples.next())}});
      }
      intervals += static_cast<double>(good(ledger.store_profile(key, 1, rows, now)));
    }
    if (meter % 50 == 0 || meter == meters) good(ledger.commit());
  }
  report.add("intervals", intervals);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 4 ? argv[1] : "";
  if (mode == "bulk") {
    bulk(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  } else if (mode == "live") {
    live(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  } else if (mode == "backlog") {
    backlog(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  } else {
    give_up("usage: store_bench bulk|live|backlog <file> <meters> <days>");
  }
  return 0;
}
