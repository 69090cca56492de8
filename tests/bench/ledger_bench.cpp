// SPDX-License-Identifier: Apache-2.0
// What the ledger costs: intervals a second, octets handed to the kernel and octets at rest per
// interval, for the workloads S1 (bulk), S2 (live) and S3 (read) in short form.
//   ledger_bench <directory> [meters] [days]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "storage/ledger.hpp"

namespace {

using namespace metergate;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const cosem::ObisCode kImport{{1, 0, 1, 29, 0, 255}};
const cosem::ObisCode kExport{{1, 0, 2, 29, 0, 255}};
const std::chrono::sys_days kFirstDay{2025y / 1 / 1};

template <typename T>
T good(Stored<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().what.c_str());
  std::exit(1);
}

std::uint64_t written() {
  std::ifstream io{"/proc/self/io"};
  std::string word;
  std::uint64_t count = 0;
  while (io >> word >> count) {
    if (word == "wchar:") return count;
  }
  return 0;
}

class Stretch {
 public:
  explicit Stretch(const char* name) : name_{name} {}
  void report(double intervals) const {
    const std::chrono::duration<double> took = Clock::now() - begin_;
    std::printf("%-28s %11.0f intervals/s  %8.1f octets written each\n", name_,
                intervals / took.count(), static_cast<double>(written() - written_) / intervals);
  }

 private:
  const char* name_;
  std::uint64_t written_ = written();
  Clock::time_point begin_ = Clock::now();
};

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

// Every meter's past, a month at a time, as a synchronisation brings it.
void bulk(const std::filesystem::path& file, int meters, int days) {
  std::mt19937 random{1};
  auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite));
  const auto keys = make_meters(ledger, meters);
  const auto now = kFirstDay + std::chrono::days{days};
  std::vector<ProfileInterval> month;
  const Stretch stretch{"S1 bulk, a month a commit"};
  double intervals = 0;
  for (const auto key : keys) {
    for (int day = 0; day < days; day += 30) {
      month.clear();
      for (int half = 0; half < 48 * std::min(30, days - day); ++half) {
        const auto marks = random() % 200 == 0 ? IntervalMarks::kPowerDown : std::uint16_t{0};
        month.push_back({kFirstDay + std::chrono::days{day} + half * 30min,
                         {{kImport, static_cast<std::int64_t>(random() % 1500), {marks}}}});
      }
      intervals += static_cast<double>(good(ledger.store_profile(key, 1, month, now)));
      good(ledger.commit());
    }
  }
  stretch.report(intervals);
  const Stretch emptying{"   and outbox emptied"};
  publish_all(ledger);
  emptying.report(intervals);

  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < 400; ++i) {
    const auto from =
        kFirstDay + std::chrono::days{static_cast<int>(random()) % std::max(1, days - 30)};
    static_cast<void>(
        good(ledger.profile(keys[random() % keys.size()], 1, from, from + std::chrono::days{30})));
  }
  const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
  std::printf("%-28s %11.1f us each\n", "S3 read a meter-month", took.count() / 400);
  std::printf("%-28s %11.2f octets an interval\n", "   at rest",
              static_cast<double>(std::filesystem::file_size(file)) / intervals);
}

// Every half-hour two channels of all meters, published at once, folded after midnight.
void live(const std::filesystem::path& file, int meters, int days) {
  std::mt19937 random{2};
  auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite));
  const auto keys = make_meters(ledger, meters);
  const double intervals = 2.0 * 48 * meters * days;
  const Stretch whole{"S2 live, publish and fold"};
  std::uint64_t storing = 0;
  std::uint64_t publishing = 0;
  double longest_fold_ms = 0;
  for (int day = 0; day < days; ++day) {
    for (int half = 0; half < 48; ++half) {
      const auto start = kFirstDay + std::chrono::days{day} + half * 30min;
      const auto before = written();
      for (const auto key : keys) {
        const auto value = [&] { return static_cast<std::int64_t>(random() % 1500); };
        static_cast<void>(good(ledger.store_profile(
            key, 1, {{start, {{kImport, value(), {}}, {kExport, value(), {}}}}}, start + 30min)));
      }
      good(ledger.commit());
      const auto between = written();
      publish_all(ledger);
      storing += between - before;
      publishing += written() - between;
    }
    for (bool more = true; more;) {
      const auto begin = Clock::now();
      more = good(ledger.fold(kFirstDay + std::chrono::days{day + 1}, 20)) > 0;
      const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
      longest_fold_ms = std::max(longest_fold_ms, took.count());
      if (random() % 10 == 0 || !more) good(ledger.commit());
    }
  }
  whole.report(intervals);
  std::printf("%-28s %11.1f + %.1f, the fold the rest\n", "   storing + publishing",
              static_cast<double>(storing) / intervals,
              static_cast<double>(publishing) / intervals);
  std::printf("%-28s %11.1f ms\n", "   longest fold(20)", longest_fold_ms);
  std::printf("%-28s %11.2f octets a value\n", "   at rest",
              static_cast<double>(std::filesystem::file_size(file)) / intervals);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: ledger_bench <empty directory> [meters] [days]\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  const int meters = argc > 2 ? std::atoi(argv[2]) : 100;
  const int days = argc > 3 ? std::atoi(argv[3]) : 6;
  bulk(directory / "bulk.db", meters, 395);
  live(directory / "live.db", meters, days);
  return 0;
}
