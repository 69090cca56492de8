// SPDX-License-Identifier: Apache-2.0
// One DLMS meter read through the gateway's link, against a virtual meter on a true wire.
//   dlms_bench wrapper <empty directory> <none|gmac> <rows>         over TCP of this machine
//   dlms_bench paced <empty directory> <baud> <information> <rows>  over HDLC, octets as slow as
//   real dlms_bench memory <associations>                                what sessions in use
//   occupy
#include "tests/support/dlms_bench.hpp"

#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <cmath>
#include <ctime>
#include <optional>

#include "gateway/links/dlms_line.hpp"
#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/dlms/tcp_server.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/date_time.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate;
using namespace std::chrono_literals;
using bench::give_up;

constexpr auto kPeriod = 30min;

template <typename T>
T good(Result<T, std::string> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

const SerialNumber kSerial = *SerialNumber::parse("VM00011001");

/// A meter with so many rows in its load profile.
struct Bed {
  Bed(const std::filesystem::path& directory, std::size_t rows, sim::DlmsSecurity security,
      sim::DlmsQuirks quirks) {
    std::filesystem::create_directories(directory);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    virtual_meter::Settings settings{kSerial};
    settings.history = std::chrono::ceil<std::chrono::days>(kPeriod * rows) + std::chrono::days{1};
    clock = sim::StreetClock{1.0, now, now};
    hanging = good(sim::StreetMeter::open("m", settings, clock, directory));
    sim::DlmsSetup setup = sim::dlms_setup(kSerial, security);
    setup.quirks = quirks;
    meter = good(sim::DlmsMeter::open(*hanging, setup, directory));
  }

  sim::StreetClock clock;  // before those who look at it
  std::unique_ptr<sim::StreetMeter> hanging;
  std::unique_ptr<sim::DlmsMeter> meter;
};

/// The link in one thread with whoever asks.
class Asking {
 public:
  Asking(const DlmsWay& way, const dlms::SessionSettings& settings)
      : line_{loop_,
              way,
              {[](bool, const std::string&) {},
               [](std::uint16_t, std::uint32_t) { return true; },
               {},
               {},
               {},
               {}}} {
    line_.add_meter(1, settings);
  }
  ~Asking() { line_.stop(); }

  Octets ask(const dlms::Apdu& request) {
    std::optional<WireResult> answer;
    line_.transact({{1, {}}, dlms::encode_apdu(request)},
                   [&](WireResult result) { answer.emplace(std::move(result)); });
    loop_.restart();
    while (!answer) loop_.run_one();
    if (!*answer) give_up(answer->error().what);
    return std::move((*answer)->octets);
  }

 private:
  boost::asio::io_context loop_{1};
  metergate::DlmsLine line_;
};

const cosem::CaptureObject kTime{8, cosem::kClock, 2, 0};
const cosem::CaptureObject kEnergy{3, cosem::obis(1, 0, 1, 29, 0), 2, 0};

/// The newest rows of the load profile: time and energy.
dlms::GetRequest newest_rows(std::size_t rows) {
  const auto now = std::chrono::system_clock::now();
  const UtcSeconds last{
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch() / kPeriod * kPeriod)};
  const auto bound = [](UtcSeconds time) {
    return dlms::octet_string(dlms::local_date_time(time, {}, 0));
  };
  const UtcSeconds first = last - kPeriod * (static_cast<std::int64_t>(rows) - 1);
  return {{},
          {7, cosem::kLoadProfile, 2,
           dlms::select(dlms::RangeAccess{kTime, bound(first), bound(last), {kTime, kEnergy}})}};
}

cosem::ProfileShape shape() {
  cosem::ProfileShape out;
  out.columns = {kTime, kEnergy};
  out.capture_period = kPeriod;
  return out;
}

std::size_t rows_in(const Octets& answer) {
  auto apdu = dlms::decode_apdu(answer);
  auto* response = apdu ? std::get_if<dlms::GetResponse>(&*apdu) : nullptr;
  auto* data = response != nullptr ? std::get_if<dlms::Data>(&response->result) : nullptr;
  if (data == nullptr) give_up("the meter did not give its profile");
  const auto rows = cosem::decode_rows(std::move(*data), shape());
  if (!rows) give_up(rows.error().what);
  return rows->size();
}

int wrapper(const std::filesystem::path& directory, const std::string& word, std::size_t rows) {
  const auto security = sim::parse_dlms_security(word);
  if (!security) give_up("security is none or gmac");
  // Every cell of every row: what the other clients this is held against were given.
  Bed bed{directory, rows, *security, {.null_data = false}};
  const auto server = good(sim::open_dlms_tcp(0, {{1, bed.meter.get()}}));
  sim::BenchOptions options;
  options.security = *security;
  Asking meter{DlmsTcp{"127.0.0.1", server->port()},
               sim::DlmsBench::session_settings(options, bed.meter->setup(), kSerial)};
  static_cast<void>(meter.ask(newest_rows(1)));  // the association is there
  bench::Stopwatch watch;
  const double cpu = thread_cpu_seconds();
  watch.go();
  const Octets answer = meter.ask(newest_rows(rows));
  const std::size_t got = rows_in(answer);
  watch.stop();
  bench::Report report;
  report.add("rows", static_cast<double>(got));
  report.add("octets", static_cast<double>(answer.size()));
  report.add("seconds", watch.seconds());
  report.add("cpu_seconds", thread_cpu_seconds() - cpu);
  return 0;
}

/// Flags, format, both addresses, control, check sums.
constexpr double kFrameOctets = 12;
constexpr double kWithoutInformation = 10;

/// What the line needs for the answer at least: each segment of it, the RR that asks for it, and
/// the meter's turn-round.
double least_seconds(std::size_t answer_octets, double information, double baud,
                     std::chrono::milliseconds turn_round) {
  constexpr double kBits = 10;
  const double octets = static_cast<double>(answer_octets) + 3;  // LLC
  const double segments = std::ceil(octets / information);
  const double request = static_cast<double>(dlms::encode_apdu(newest_rows(1)).size()) + 3;
  const double carried = octets + segments * kFrameOctets + (segments - 1) * kWithoutInformation +
                         request + kFrameOctets;
  return carried * kBits / baud + segments * std::chrono::duration<double>(turn_round).count();
}

int paced(const std::filesystem::path& directory, std::uint32_t baud, std::uint16_t information,
          std::size_t rows) {
  Bed bed{directory, rows, sim::DlmsSecurity::None, {}};
  sim::WireSettings wire;
  wire.baud = baud;
  wire.exact = true;
  const hdlc::LinkParameters offer{information, information, 1, 1};
  const auto line = good(sim::DlmsLine::open(wire, offer, {{17, bed.meter.get()}}));
  sim::BenchOptions options;
  options.carrier = dlms::Carrier::Hdlc;
  options.link = offer;
  auto settings = sim::DlmsBench::session_settings(options, bed.meter->setup(), kSerial);
  settings.link.server = {1, 17, 2};
  Asking meter{DlmsSerial{line->device(), baud}, settings};
  static_cast<void>(meter.ask(newest_rows(1)));
  bench::Stopwatch watch;
  watch.go();
  const Octets answer = meter.ask(newest_rows(rows));
  watch.stop();
  bench::Report report;
  report.add("rows", static_cast<double>(rows_in(answer)));
  report.add("octets", static_cast<double>(answer.size()));
  report.add("seconds", watch.seconds());
  report.add("least_seconds", least_seconds(answer.size(), information, baud, wire.turn_round));
  return 0;
}

int memory(std::size_t associations) {
  virtual_meter::Settings settings{kSerial};
  settings.history = 2 * std::chrono::days{1};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  virtual_meter::VirtualMeter meter{settings, now};
  sim::BenchOptions options;
  options.security = sim::DlmsSecurity::Gmac;
  std::vector<dlms::ClientSession> kept;
  kept.reserve(associations);
  const Octets request = dlms::encode_apdu(newest_rows(96));
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  const double before = in_use();
  for (std::size_t i = 0; i < associations; ++i) {
    sim::DlmsBench one{meter, now, options};
    if (!one.ask(request)) give_up("no answer");
    kept.push_back(std::move(one.session()));
  }
  const double heap = in_use() - before;
  bench::Report report;
  report.add("associations", static_cast<double>(kept.size()));
  report.add("octets_each",
             heap / static_cast<double>(associations) + double{sizeof(dlms::ClientSession)});
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> given{words + 1, words + count};
  if (given.size() == 4 && given[0] == "wrapper") {
    return wrapper(given[1], given[2], std::stoul(given[3]));
  }
  if (given.size() == 5 && given[0] == "paced") {
    return paced(given[1], static_cast<std::uint32_t>(std::stoul(given[2])),
                 static_cast<std::uint16_t>(std::stoul(given[3])), std::stoul(given[4]));
  }
  if (given.size() == 2 && given[0] == "memory") return memory(std::stoul(given[1]));
  give_up("usage: see the head of dlms_bench.cpp");
}
