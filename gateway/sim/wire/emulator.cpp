// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/emulator.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"
#include "gateway/sim/wire/punctual.hpp"
#include "protocols/modbus/rtu_frame.hpp"

namespace metergate::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadOctets = 512;

/// Octets a meter (or the echo) has ready to send, not before `due`.
struct Transmission {
  WireTime due;
  Octets octets;
  bool is_answer = true;
};

}  // namespace

class WireEmulator::Thread {
 public:
  Thread(const WireSettings& settings, ModbusTargets targets, PseudoTerminal terminal,
         StopEvent stop, Descriptor request_log)
      : settings_{settings},
        timing_{settings},
        targets_{std::move(targets)},
        terminal_{std::move(terminal)},
        stop_{std::move(stop)},
        request_log_{std::move(request_log)},
        cleared_at_{Clock::now()},
        quiet_since_{cleared_at_ - timing_.silence()},
        thread_{[this] { run(); }} {}

  ~Thread() {
    stop_.raise();
    thread_.join();
  }

  [[nodiscard]] const std::filesystem::path& device() const { return terminal_.device(); }
  [[nodiscard]] bool real_time() const { return real_time_; }

  [[nodiscard]] WireStatistics statistics() const {
    const std::lock_guard lock{mutex_};
    WireStatistics out = statistics_;
    out.observed = Clock::now() - cleared_at_;
    return out;
  }

  void clear_statistics() {
    const std::lock_guard lock{mutex_};
    statistics_ = {};
    cleared_at_ = Clock::now();
  }

 private:
  void run() {
    real_time_ = go_before_others();
    while (wait()) {
      const WireTime now = Clock::now();
      hand_over(now);
      end_request(now);
      begin_transmission(now);
    }
  }

  /// Sleeps until octets arrive or the next deadline; false when it is time to stop.
  bool wait() {
    std::array<pollfd, 2> sources{pollfd{terminal_.far_end(), POLLIN, 0},
                                  pollfd{stop_.descriptor(), POLLIN, 0}};
    poll_until(sources, sleeps_until(Clock::now()));
    if (sources[1].revents != 0) return false;
    if (sources[0].revents != 0) receive(Clock::now());
    return true;
  }

  /// The next deadline; on an exact line the moment to be awake from, before it or before the
  /// master may speak. Nothing: whenever octets come.
  [[nodiscard]] std::optional<WireTime> sleeps_until(WireTime now) const {
    const auto deadline = next_deadline();
    if (!settings_.exact || !settings_.paced) return deadline;
    if (deadline) return *deadline - kAwakeBefore;
    const WireTime may_speak = quiet_since_ + timing_.silence();
    if (now > may_speak + kAwakeAfter) return std::nullopt;
    return may_speak - kAwakeBefore;
  }

  [[nodiscard]] std::optional<WireTime> next_deadline() const {
    std::optional<WireTime> next;
    const auto sooner = [&](WireTime at) {
      if (!next || at < *next) next = at;
    };
    if (!sending_.empty()) sooner(handovers_[handover_].at);
    if (!request_.empty()) sooner(request_end_ + timing_.frame_end());
    if (sending_.empty() && !waiting_.empty()) {
      sooner(std::max(earliest()->due, line_free_));
    }
    return next;
  }

  [[nodiscard]] std::deque<Transmission>::const_iterator earliest() const {
    return std::ranges::min_element(waiting_, {}, &Transmission::due);
  }

  // ---- the master speaks ------------------------------------------------------------------------
  void receive(WireTime now) {
    std::array<std::uint8_t, kReadOctets> buffer;
    const ssize_t got = ::read(terminal_.far_end(), buffer.data(), buffer.size());
    if (got <= 0) return;
    const OctetView octets{buffer.data(), static_cast<std::size_t>(got)};
    {
      const std::lock_guard lock{mutex_};
      statistics_.octets_in += octets.size();
      statistics_.busy += timing_.characters(octets.size());
      if (settings_.paced) judge_timing(now);
    }
    if (!sending_.empty() && settings_.paced) {
      // Two senders at once: no meter can read that. What the master hears is hurt as well.
      damage_rest();
      quiet_since_ = std::max(quiet_since_, now + timing_.characters(octets.size()));
      return;
    }
    const WireTime start = request_.empty() ? now : std::max(now, request_end_);
    if (request_.empty()) request_begin_ = now;
    request_end_ = start + timing_.characters(octets.size());
    line_free_ = std::max(line_free_, request_end_);
    quiet_since_ = std::max(quiet_since_, request_end_);
    request_.insert(request_.end(), octets.begin(), octets.end());
    take_whole_requests();
  }

  /// Under the lock.
  void judge_timing(WireTime now) {
    if (!sending_.empty()) {
      ++statistics_.collisions;
    } else if (request_.empty()) {
      if (now < quiet_since_ + timing_.silence()) ++statistics_.early_requests;
    } else if (now > request_end_ + timing_.longest_gap()) {
      ++statistics_.gaps;
    }
  }

  void take_whole_requests() {
    while (const auto length = modbus::request_frame_octets(request_)) {
      if (request_.size() < *length) return;
      const Octets frame{request_.begin(), request_.begin() + static_cast<std::ptrdiff_t>(*length)};
      request_.erase(request_.begin(), request_.begin() + static_cast<std::ptrdiff_t>(*length));
      perform(frame);
    }
  }

  /// A silence ends a request, whole or not.
  void end_request(WireTime now) {
    if (request_.empty() || now < request_end_ + timing_.frame_end()) return;
    perform(std::exchange(request_, {}));
  }

  void perform(const Octets& octets) {
    if (settings_.echo) waiting_.push_back({request_end_, octets, false});
    const auto frame = modbus::decode_rtu(octets);
    if (!frame) {
      const std::lock_guard lock{mutex_};
      ++statistics_.broken;
      return;
    }
    if (request_log_) log_request(*frame);
    std::optional<WireFaults::Delivery> answer;
    if (frame->address == modbus::kBroadcastAddress) {
      for (const auto& entry : targets_) (void)ask(entry.second, *frame);
    } else if (const auto target = targets_.find(frame->address); target != targets_.end()) {
      answer = ask(target->second, *frame);
    }
    const std::lock_guard lock{mutex_};
    ++statistics_.requests;
    if (!answer) {
      ++statistics_.unanswered;
      return;
    }
    const WireTime due = request_end_ + timing_.turn_round() + timing_.scaled(answer->late);
    waiting_.push_back({due, std::move(answer->octets), true});
  }

  void log_request(const modbus::RtuFrame& frame) const {
    std::array<char, 80> line{};
    const auto octet = [&](std::size_t i) {
      return i < frame.pdu.size() ? unsigned{frame.pdu[i]} : 0U;
    };
    const int length =
        std::snprintf(line.data(), line.size(), "%lld %u %u %02x%02x%02x%02x\n",
                      static_cast<long long>(request_begin_.time_since_epoch().count()),
                      unsigned{frame.address}, octet(0), octet(1), octet(2), octet(3), octet(4));
    [[maybe_unused]] const ssize_t written =
        ::write(request_log_.get(), line.data(), static_cast<std::size_t>(length));
  }

  static std::optional<WireFaults::Delivery> ask(const ModbusTarget& target,
                                                 const modbus::RtuFrame& frame) {
    if (target.faults != nullptr && !target.faults->request_arrives()) return std::nullopt;
    const auto pdu = target.serve(frame.pdu);
    if (!pdu) return std::nullopt;
    Octets octets = modbus::encode_rtu(frame.address, *pdu);
    if (target.faults == nullptr) return WireFaults::Delivery{std::move(octets)};
    return target.faults->deliver(std::move(octets));
  }

  // ---- a meter speaks ---------------------------------------------------------------------------
  void begin_transmission(WireTime now) {
    if (!sending_.empty() || waiting_.empty()) return;
    const auto next = earliest();
    const WireTime start = std::max(next->due, line_free_);
    if (now < start) return;
    sending_ = next->octets;
    is_answer_ = next->is_answer;
    sending_end_ = is_answer_ ? start + timing_.characters(sending_.size()) : start;
    waiting_.erase(next);
    sent_ = 0;
    handover_ = 0;
    // An echo is heard while the request passes, so its octets cost no time of their own.
    handovers_ = is_answer_ ? timing_.handovers(sending_.size(), start)
                            : std::vector{WireTiming::Handover{start, sending_.size()}};
    hand_over(now);
  }

  void hand_over(WireTime now) {
    while (!sending_.empty() && handovers_[handover_].at <= now) {
      const std::size_t up_to = handovers_[handover_].up_to;
      const OctetView block = OctetView{sending_}.subspan(sent_, up_to - sent_);
      // A full pseudo-terminal loses octets like a UART that overruns.
      [[maybe_unused]] const ssize_t written =
          ::write(terminal_.far_end(), block.data(), block.size());
      sent_ = up_to;
      if (++handover_ == handovers_.size()) end_transmission();
    }
  }

  void end_transmission() {
    const std::size_t octets = std::exchange(sending_, {}).size();
    if (!is_answer_) return;
    line_free_ = std::max(line_free_, sending_end_);
    quiet_since_ = std::max(quiet_since_, sending_end_);
    const std::lock_guard lock{mutex_};
    ++statistics_.answers;
    statistics_.octets_out += octets;
    statistics_.busy += timing_.characters(octets);
  }

  void damage_rest() {
    for (std::size_t i = sent_; i < sending_.size(); ++i) {
      sending_[i] = static_cast<std::uint8_t>(sending_[i] ^ 0x5AU);
    }
  }

  const WireSettings settings_;
  const WireTiming timing_;
  const ModbusTargets targets_;
  const PseudoTerminal terminal_;
  const StopEvent stop_;
  const Descriptor request_log_;
  std::atomic<bool> real_time_{false};

  mutable std::mutex mutex_;  ///< of the statistics; all below them belongs to the thread
  WireStatistics statistics_;
  WireTime cleared_at_;

  Octets request_;
  WireTime request_begin_;
  WireTime request_end_;
  WireTime line_free_;
  WireTime quiet_since_;  ///< end of the last octet of anybody
  std::deque<Transmission> waiting_;
  Octets sending_;
  bool is_answer_ = true;
  WireTime sending_end_;  ///< on the wire; an adapter may hand over later
  std::size_t sent_ = 0;
  std::vector<WireTiming::Handover> handovers_;
  std::size_t handover_ = 0;

  std::thread thread_;  ///< last, so that it starts when everything else is there
};

Result<std::unique_ptr<WireEmulator>, std::string> WireEmulator::open(const WireSettings& settings,
                                                                      ModbusTargets targets) {
  auto terminal = PseudoTerminal::open();
  if (!terminal) return failure(terminal.error());
  auto stop = StopEvent::open();
  if (!stop) return failure(stop.error());
  Descriptor log;
  if (!settings.request_log.empty()) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
    log = Descriptor{::open(settings.request_log.c_str(), kFlags, 0600)};
    if (!log) return failure("cannot write " + settings.request_log.string());
  }
  return std::unique_ptr<WireEmulator>{new WireEmulator{std::make_unique<Thread>(
      settings, std::move(targets), std::move(*terminal), std::move(*stop), std::move(log))}};
}

WireEmulator::WireEmulator(std::unique_ptr<Thread> thread) : thread_{std::move(thread)} {}
WireEmulator::~WireEmulator() = default;
const std::filesystem::path& WireEmulator::device() const { return thread_->device(); }
WireStatistics WireEmulator::statistics() const { return thread_->statistics(); }
void WireEmulator::clear_statistics() { thread_->clear_statistics(); }
bool WireEmulator::real_time() const { return thread_->real_time(); }

}  // namespace metergate::sim
