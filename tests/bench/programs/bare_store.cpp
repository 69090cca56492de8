// SPDX-License-Identifier: Apache-2.0
// What SQLite can do at best, and what a plain schema makes of it: loops with nothing around them,
// WAL, synchronous FULL, a month of one meter a commit.
//   bare_store blob|integer|naive <file> <meters> <days>     meter after meter, then months read
//   bare_store obvious-live <file> <meters> <days>           time order, two channels, a commit
//   each bare_store disk <file> <times>                           append a page, fdatasync
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate::bench;

constexpr std::int64_t kFirstSecond = 1'735'689'600;  // 2025-01-01

class Store {
 public:
  Store(const std::string& file, const char* schema) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) give_up("cannot open the file");
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    run(schema);
  }
  ~Store() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db_));
    }
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db_));
    }
    statements_.push_back(statement);
    return statement;
  }
  void perform(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

 private:
  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

using Blob = std::vector<std::uint8_t>;

void put_varint(Blob& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

// A layout writes a month of one meter and reads one back; all of them store the same samples.
struct BlobLayout {
  static constexpr const char* kSchema =
      "CREATE TABLE day (meter INTEGER, day INTEGER, points BLOB, PRIMARY KEY (meter, day))"
      " WITHOUT ROWID";
  Store& store;
  sqlite3_stmt* insert = store.prepare("INSERT INTO day VALUES (?, ?, ?)");
  sqlite3_stmt* select =
      store.prepare("SELECT points FROM day WHERE meter = ? AND day BETWEEN ? AND ? ORDER BY day");
  Blob blob{};

  void write(int meter, int first_day, const std::vector<Sample>& month) {
    for (std::size_t at = 0; at < month.size(); at += kHalvesOfDay) {
      blob.clear();
      for (std::size_t i = at; i < at + kHalvesOfDay; ++i) {
        put_varint(blob,
                   static_cast<std::uint64_t>(month[i].value) << 1U | (month[i].marked ? 1U : 0U));
        if (month[i].marked) blob.push_back(1);
      }
      sqlite3_bind_int(insert, 1, meter);
      sqlite3_bind_int(insert, 2, first_day + static_cast<int>(at) / kHalvesOfDay);
      sqlite3_bind_blob(insert, 3, blob.data(), static_cast<int>(blob.size()), SQLITE_STATIC);
      store.perform(insert);
    }
  }
  std::size_t read(int meter, int first_day, std::vector<Sample>& out) {
    sqlite3_bind_int(select, 1, meter);
    sqlite3_bind_int(select, 2, first_day);
    sqlite3_bind_int(select, 3, first_day + kDaysOfMonth - 1);
    while (sqlite3_step(select) == SQLITE_ROW) {
      const auto* octets = static_cast<const std::uint8_t*>(sqlite3_column_blob(select, 0));
      const int size = sqlite3_column_bytes(select, 0);
      for (int at = 0; at < size;) {
        std::uint64_t number = 0;
        for (unsigned shift = 0;; shift += 7) {
          const std::uint8_t octet = octets[at++];
          number |= static_cast<std::uint64_t>(octet & 0x7FU) << shift;
          if (octet < 0x80) break;
        }
        const bool marked = (number & 1U) != 0;
        if (marked) ++at;
        out.push_back({static_cast<std::int64_t>(number >> 1U), marked});
      }
    }
    sqlite3_reset(select);
    return out.size();
  }
};

struct IntegerLayout {
  static constexpr const char* kSchema =
      "CREATE TABLE slot (meter INTEGER, channel INTEGER, start INTEGER, value INTEGER,"
      " marks INTEGER, PRIMARY KEY (meter, channel, start)) WITHOUT ROWID";
  Store& store;
  sqlite3_stmt* insert = store.prepare("INSERT INTO slot VALUES (?, ?, ?, ?, ?)");
  sqlite3_stmt* select = store.prepare(
      "SELECT value, marks FROM slot WHERE meter = ? AND channel = 1 AND start >= ? AND start < ?");

  void put(int meter, int channel, std::int64_t start, const Sample& sample) {
    sqlite3_bind_int(insert, 1, meter);
    sqlite3_bind_int(insert, 2, channel);
    sqlite3_bind_int64(insert, 3, start);
    sqlite3_bind_int64(insert, 4, sample.value);
    sqlite3_bind_int(insert, 5, sample.marked ? 1 : 0);
    store.perform(insert);
  }
  void write(int meter, int first_day, const std::vector<Sample>& month) {
    std::int64_t start = kFirstSecond + first_day * 86'400LL;
    for (const Sample& sample : month) {
      put(meter, 1, start, sample);
      start += 1'800;
    }
  }
  std::size_t read(int meter, int first_day, std::vector<Sample>& out) {
    const std::int64_t start = kFirstSecond + first_day * 86'400LL;
    sqlite3_bind_int(select, 1, meter);
    sqlite3_bind_int64(select, 2, start);
    sqlite3_bind_int64(select, 3, start + kDaysOfMonth * 86'400LL);
    while (sqlite3_step(select) == SQLITE_ROW) {
      out.push_back({sqlite3_column_int64(select, 0), sqlite3_column_int(select, 1) != 0});
    }
    sqlite3_reset(select);
    return out.size();
  }
};

struct NaiveLayout {
  static constexpr const char* kSchema =
      "CREATE TABLE reading (id INTEGER PRIMARY KEY AUTOINCREMENT, meter TEXT, obis TEXT,"
      " time TEXT, value INTEGER, status TEXT);"
      "CREATE INDEX reading_of ON reading (meter, time)";
  Store& store;
  sqlite3_stmt* insert = store.prepare(
      "INSERT INTO reading (meter, obis, time, value, status) VALUES (?, ?, ?, ?, ?)");
  sqlite3_stmt* select =
      store.prepare("SELECT value, status FROM reading WHERE meter = ? AND time >= ? AND time < ?");

  static std::string time_text(std::int64_t second) {
    const auto time = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
  }
  static std::string meter_text(int meter) { return "meter-" + std::to_string(100'000 + meter); }
  static void bind(sqlite3_stmt* statement, int index, const std::string& text) {
    sqlite3_bind_text(statement, index, text.c_str(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  void write(int meter, int first_day, const std::vector<Sample>& month) {
    std::int64_t start = kFirstSecond + first_day * 86'400LL;
    for (const Sample& sample : month) {
      bind(insert, 1, meter_text(meter));
      bind(insert, 2, "1-0:1.29.0*255");
      bind(insert, 3, time_text(start));
      sqlite3_bind_int64(insert, 4, sample.value);
      bind(insert, 5, sample.marked ? "power-down" : "ok");
      store.perform(insert);
      start += 1'800;
    }
  }
  std::size_t read(int meter, int first_day, std::vector<Sample>& out) {
    const std::int64_t start = kFirstSecond + first_day * 86'400LL;
    bind(select, 1, meter_text(meter));
    bind(select, 2, time_text(start));
    bind(select, 3, time_text(start + kDaysOfMonth * 86'400LL));
    while (sqlite3_step(select) == SQLITE_ROW) {
      out.push_back({sqlite3_column_int64(select, 0), sqlite3_column_bytes(select, 1) != 2});
    }
    sqlite3_reset(select);
    return out.size();
  }
};

template <typename Layout>
void bulk(const std::string& file, int meters, int days) {
  Report report;
  Samples samples{1};
  std::vector<Sample> month;
  const auto written = octets_written();
  Stopwatch watch;
  Stopwatch reading;
  double intervals = 0;
  double read_back = 0;
  {
    Store store{file, Layout::kSchema};
    Layout layout{store};
    for (int meter = 0; meter < meters; ++meter) {
      for (int day = 0; day < days; day += kDaysOfMonth) {
        const int count = kHalvesOfDay * std::min(kDaysOfMonth, days - day);
        month.clear();
        for (int i = 0; i < count; ++i) month.push_back(samples.next());
        watch.go();
        store.run("BEGIN");
        layout.write(meter, day, month);
        store.run("COMMIT");
        watch.stop();
        intervals += count;
      }
    }
    for (int i = 0; i < kMonthReads; ++i) {
      const auto meter = static_cast<int>(samples.below(static_cast<std::uint32_t>(meters)));
      const auto first = static_cast<int>(
          samples.below(static_cast<std::uint32_t>(std::max(1, days - kDaysOfMonth))));
      month.clear();
      reading.go();
      read_back += static_cast<double>(layout.read(meter, first, month));
      reading.stop();
    }
  }
  report.add("intervals", intervals);
  report.add("seconds", watch.seconds());
  report.add("written", static_cast<double>(octets_written() - written));
  report.add("at_rest", static_cast<double>(std::filesystem::file_size(file)));
  report.add("month_us", reading.seconds() * 1e6 / kMonthReads);
  report.add("read_back", read_back);
}

// Each half-hour of all meters as it arrives, into the schema that comes to mind first.
void obvious_live(const std::string& file, int meters, int days) {
  Report report;
  Samples samples{2};
  const auto written = octets_written();
  {
    Store store{file, IntegerLayout::kSchema};
    IntegerLayout layout{store};
    for (int half = 0; half < days * kHalvesOfDay; ++half) {
      store.run("BEGIN");
      for (int meter = 0; meter < meters; ++meter) {
        for (const int channel : {1, 2}) {
          layout.put(meter, channel, kFirstSecond + half * 1'800LL, samples.next());
        }
      }
      store.run("COMMIT");
    }
  }
  report.add("intervals", 2.0 * kHalvesOfDay * meters * days);
  report.add("written", static_cast<double>(octets_written() - written));
}

void disk(const std::string& file, int times) {
  Report report;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) give_up("cannot open the file");
  const std::array<char, 4'096> page{};
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    if (::write(descriptor, page.data(), page.size()) < 0 || ::fdatasync(descriptor) != 0) {
      give_up("cannot write");
    }
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  ::close(descriptor);
  report.add("median_us", median(took));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  const std::string file = argc > 2 ? argv[2] : "";
  const int first = argc > 3 ? std::atoi(argv[3]) : 100;
  const int second = argc > 4 ? std::atoi(argv[4]) : 395;
  if (mode == "blob") {
    bulk<BlobLayout>(file, first, second);
  } else if (mode == "integer") {
    bulk<IntegerLayout>(file, first, second);
  } else if (mode == "naive") {
    bulk<NaiveLayout>(file, first, second);
  } else if (mode == "obvious-live") {
    obvious_live(file, first, second);
  } else if (mode == "disk") {
    disk(file, first);
  } else {
    give_up("usage: bare_store blob|integer|naive|obvious-live|disk <file> [meters|times] [days]");
  }
  return 0;
}
