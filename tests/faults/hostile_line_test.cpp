// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <random>

#include "gateway/links/modbus_port.hpp"
#include "gateway/session/meter_session.hpp"
#include "gateway/sim/wire/emulator.hpp"
#include "tests/faults/echoing_wire.hpp"
#include "tests/faults/row.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kMeters = 5;
constexpr std::uint32_t kBaud = 115'200;

/// A register tells by its value which request it answers: meter, place, and a number that grows
/// with every request to the meter, so that an answer which is given to another request shows.
std::uint16_t value_of(std::uint8_t meter, unsigned place, unsigned asked) {
  return static_cast<std::uint16_t>(meter * 10'007U + place * 31U + asked * 2'011U);
}

/// A meter of plain registers: function 3 only.
struct Meter {
  std::uint8_t address = 0;
  std::atomic<unsigned> asked{0};

  std::optional<Octets> serve(OctetView pdu) {
    const unsigned number = ++asked;
    if (pdu.size() != 5 || pdu[0] != 3) return Octets{static_cast<std::uint8_t>(pdu[0] | 0x80U), 1};
    const unsigned first = pdu[1] * 256U + pdu[2];
    const unsigned count = pdu[3] * 256U + pdu[4];
    Octets answer{3, static_cast<std::uint8_t>(2 * count)};
    for (unsigned i = 0; i < count; ++i) {
      const std::uint16_t value = value_of(address, first + i, number);
      answer.push_back(static_cast<std::uint8_t>(value >> 8U));
      answer.push_back(static_cast<std::uint8_t>(value));
    }
    return answer;
  }
};

/// A line whose meters answer late, damaged, cut short, not at all, or after a burst of noise, and
/// what the gateway makes of it: its port, and its session of each meter, in real time.
class HostileLine {
 public:
  /// `hears_itself`: through an adapter that may, which costs some time of the computer's.
  explicit HostileLine(std::uint64_t seed, bool hears_itself = false) : chance_{seed} {
    sim::ModbusTargets targets;
    for (std::uint8_t i = 0; i < kMeters; ++i) {
      meters_[i].address = static_cast<std::uint8_t>(i + 1);
      faults_[i] = std::make_unique<sim::WireFaults>(seed + i);
      targets.emplace(meters_[i].address, sim::ModbusTarget{[&meter = meters_[i]](OctetView pdu) {
                                                              return meter.serve(pdu);
                                                            },
                                                            faults_[i].get()});
    }
    sim::WireSettings settings;
    settings.baud = kBaud;
    settings.turn_round = 2ms;
    auto opened = sim::WireEmulator::open(settings, std::move(targets));
    if (!opened) throw std::runtime_error(opened.error());
    wire_ = std::move(*opened);
    if (hears_itself) adapter_.emplace(wire_->device(), seed);
    config::Line line{.name = "a", .access = config::SerialLine{}};
    auto& serial = std::get<config::SerialLine>(line.access);
    serial.device = (adapter_ ? adapter_->device() : wire_->device()).string();
    serial.baud = kBaud;
    serial.parity = config::Parity::None;
    line.timeout_floor = 30ms;
    line.timeout_ceiling = 150ms;
    port_.emplace(line);
    session::Policy policy;
    policy.timeout_floor = line.timeout_floor;
    policy.timeout_ceiling = line.timeout_ceiling;
    policy.probe_min = 200ms;
    policy.probe_max = 400ms;
    for (std::uint8_t i = 0; i < kMeters; ++i) sessions_.emplace_back(policy, now().instant);
  }

  /// The last meter is healthy: what it answers must come through whatever the others do.
  void set_faults(bool late_too) {
    const auto late = [&](std::chrono::milliseconds by) { return late_too ? by : 0ms; };
    faults_[0]->set({.late = late(120ms), .late_per_mille = 100});
    faults_[1]->set({.corrupt_per_mille = 100, .lose_per_mille = 50});
    faults_[2]->set({.truncate_per_mille = 100, .babble_per_mille = 30});
    faults_[3]->set({.late = late(60ms),
                     .late_per_mille = 50,
                     .corrupt_per_mille = 30,
                     .truncate_per_mille = 30,
                     .lose_per_mille = 30});
  }

  /// One request to the next meter that may be asked.
  void ask(Row& row) {
    do {
      turn_ = (turn_ + 1) % kMeters;
    } while (!sessions_[turn_].may_be_asked(now().instant));
    const auto first = static_cast<unsigned>(chance_() % 64);
    const auto count = static_cast<unsigned>(1 + chance_() % 2);  // equal lengths meet often
    Meter& meter = meters_[turn_];
    session::MeterSession& session = sessions_[turn_];
    WireRequest request;
    request.to.number = meter.address;
    request.octets = {3, 0, static_cast<std::uint8_t>(first), 0, static_cast<std::uint8_t>(count)};
    request.answer_octets = 2 + 2 * count;
    request.timeout = session.timeout();
    const WireResult result = port_->exchange(request);
    row.ran();
    if (!result) {
      ++unanswered_;
      if (turn_ == kMeters - 1) ++healthy_unanswered_;
      const bool was_heard = result.error().reason == LinkFault::Reason::BadFrame;
      static_cast<void>(
          session.failed(was_heard ? session::Failure::Damaged : session::Failure::Silence, now()));
      return;
    }
    static_cast<void>(session.answered(result->round_trip, now()));
    ++answered_;
    if (turn_ == kMeters - 1) ++healthy_;
    Octets right{3, static_cast<std::uint8_t>(2 * count)};
    for (unsigned i = 0; i < count; ++i) {
      const std::uint16_t value = value_of(meter.address, first + i, meter.asked);
      right.push_back(static_cast<std::uint8_t>(value >> 8U));
      right.push_back(static_cast<std::uint8_t>(value));
    }
    row.expect(result->octets == right, "meter " + std::to_string(meter.address) +
                                            ": an answer that is none to request " +
                                            std::to_string(meter.asked));
  }

  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  [[nodiscard]] std::uint64_t unanswered() const { return unanswered_; }
  [[nodiscard]] std::uint64_t healthy() const { return healthy_; }
  [[nodiscard]] std::uint64_t healthy_unanswered() const { return healthy_unanswered_; }
  [[nodiscard]] EchoingWire& adapter() { return *adapter_; }
  [[nodiscard]] std::uint64_t late() const { return port_->statistics().late_answers; }
  [[nodiscard]] sim::WireStatistics wire() const { return wire_->statistics(); }

 private:
  static Now now() {
    return {std::chrono::steady_clock::now(),
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  }

  std::mt19937_64 chance_;
  std::array<Meter, kMeters> meters_;
  std::array<std::unique_ptr<sim::WireFaults>, kMeters> faults_;
  std::unique_ptr<sim::WireEmulator> wire_;
  std::optional<EchoingWire> adapter_;
  std::optional<ModbusPort> port_;
  std::vector<session::MeterSession> sessions_;
  std::size_t turn_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t unanswered_ = 0;
  std::uint64_t healthy_ = 0;
  std::uint64_t healthy_unanswered_ = 0;
};

TEST(HostileLineTest, NoValueIsWrongAndNoLateAnswerIsTakenForAnother) {
  Row row{"R11", "requests on a hostile line", 2'000};
  HostileLine line{row.seed()};
  // An answer that comes late may begin in the silence itself, unheard until the receiver hands its
  // first octets on; so the silence is judged where nobody is late.
  line.set_faults(false);
  while (row.runs() < row.wanted() / 2) line.ask(row);
  const auto early = line.wire().early_requests;
  row.expect(early == 0, std::to_string(early) + " requests began before the line was silent");
  line.set_faults(true);
  while (row.runs() < row.wanted()) line.ask(row);
  row.expect(line.unanswered() > row.wanted() / 50, "the line was not hostile");
  row.expect(line.late() > 0, "no answer came late");
  row.expect(line.healthy() > 0, "the healthy meter was never heard");
  std::cout << line.answered() << " answered, " << line.unanswered() << " not; " << line.late()
            << " times octets that nobody had asked for\n";
}

TEST(HostileLineTest, OwnOctetsThatComeBackAreNobodysAnswer) {
  Row row{"R11", "requests on a line that echoes", 600};
  HostileLine line{row.seed(), true};
  line.set_faults(true);
  line.adapter().echo(500);
  while (row.runs() < row.wanted() * 2 / 3) line.ask(row);
  const auto echoed = line.adapter().echoed();
  row.expect(echoed > row.wanted() / 10, "the line did not echo");
  // Nothing has to be read through an echo; once it is over the line is as good as before.
  line.adapter().echo(0);
  const auto heard = line.healthy();
  const auto unheard = line.healthy_unanswered();
  while (row.runs() < row.wanted()) line.ask(row);
  row.expect(line.healthy() - heard > 4 * (line.healthy_unanswered() - unheard),
             "the healthy meter is not heard after the echo");
  std::cout << line.answered() << " answered, " << line.unanswered() << " not; " << echoed
            << " requests echoed, the healthy meter then heard " << line.healthy() - heard << " of "
            << line.healthy() - heard + line.healthy_unanswered() - unheard << " times\n";
}

}  // namespace
}  // namespace metergate::test
