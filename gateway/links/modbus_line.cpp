// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/modbus_line.hpp"

#include <sys/prctl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/links/modbus_port.hpp"

namespace metergate {

namespace {

/// Far beyond the longest time-out a line can be given, connecting included.
constexpr std::chrono::seconds kStuckAfter{90};

/// Answers are told together, since most of what one costs is waking the loop: while so many
/// requests stand by that the wire is not kept waiting by it,
constexpr std::size_t kEnoughStandBy = 4;
/// and none longer than this after it came, unless the next meter is silent: its time-out comes on
/// top.
constexpr std::chrono::milliseconds kToldWithin{250};

}  // namespace

struct ModbusLine::Worker {
  struct Exchange {
    WireRequest request;
    Completion done;
  };
  struct Ended {
    WireResult result;
    Completion done;
  };

  Worker(boost::asio::io_context& io, config::Line line, StateChanged changed)
      : loop{io}, state_changed{std::move(changed)}, port{std::move(line)} {}

  boost::asio::io_context& loop;
  StateChanged state_changed;
  // Loop thread only.
  bool stopping = false;
  bool up = false;
  std::string last_why;
  LineStatistics statistics;
  std::size_t out = 0;
  std::optional<Instant> out_since;  ///< the one on the wire
  // Both threads.
  std::mutex mutex;
  std::deque<Exchange> waiting;
  // Worker thread only, once a request runs.
  ModbusPort port;
  std::vector<Ended> untold;
  boost::asio::thread_pool thread{1};

  /// On the worker thread. What was recalled meanwhile is not there any more.
  void work_off_one() {
    std::optional<Exchange> next;
    {
      const std::lock_guard lock{mutex};
      if (!waiting.empty()) {
        next = std::move(waiting.front());
        waiting.pop_front();
      }
    }
    if (!next) return tell();
    const auto began = std::chrono::steady_clock::now();
    WireResult result = port.exchange(next->request);
    const auto ended = std::chrono::steady_clock::now();
    bool may_wait = next->request.may_be_told_later && result;
    if (may_wait) {
      result->came_at = ended;
      const auto first = untold.empty() ? ended : *untold.front().result->came_at;
      may_wait = ended - first + (ended - began) <= kToldWithin;
    }
    untold.push_back({std::move(result), std::move(next->done)});
    if (!may_wait || standing_by() < kEnoughStandBy) tell();
  }

  [[nodiscard]] std::size_t standing_by() {
    const std::lock_guard lock{mutex};
    return waiting.size();
  }

  void tell() {
    if (untold.empty()) return;
    boost::asio::post(
        loop, [this, all = std::exchange(untold, {}), counted = port.statistics()]() mutable {
          for (Ended& one : all) finished(std::move(one.result), counted, one.done);
        });
  }

  void end_unsent(Completion done) {
    boost::asio::post(loop, [done = std::move(done)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, "the line is being closed"}));
    });
  }

  void finished(WireResult result, const LineStatistics& counted, const Completion& done) {
    statistics = counted;
    --out;
    out_since.reset();
    if (out > 0) out_since = std::chrono::steady_clock::now();
    const bool gone = !result && (result.error().reason == LinkFault::Reason::NotSent ||
                                  result.error().reason == LinkFault::Reason::Cut);
    const std::string why = gone ? result.error().what : std::string{};
    // Told once per change, and again when the reason is another.
    if (up == gone || why != last_why) {
      up = !gone;
      last_why = why;
      state_changed(up, why);
    }
    done(std::move(result));
  }
};

ModbusLine::ModbusLine(boost::asio::io_context& loop, config::Line line, StateChanged state_changed)
    : worker_{std::make_unique<Worker>(loop, std::move(line), std::move(state_changed))} {
  // The kernel's default slack of 50 us, three times a request, would be the line's time.
  boost::asio::post(worker_->thread, [] { ::prctl(PR_SET_TIMERSLACK, 1); });
}

ModbusLine::~ModbusLine() { stop(); }

void ModbusLine::transact(WireRequest request, Completion done) {
  Worker& worker = *worker_;
  if (worker.stopping) return worker.end_unsent(std::move(done));
  if (worker.out++ == 0) worker.out_since = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock{worker.mutex};
    worker.waiting.push_back({std::move(request), std::move(done)});
  }
  boost::asio::post(worker.thread, [&worker] { worker.work_off_one(); });
}

std::optional<WireRequest> ModbusLine::recall() {
  Worker& worker = *worker_;
  const std::lock_guard lock{worker.mutex};
  // The first one is on its way, though its worker may not have come to it yet.
  if (worker.out < 2 || worker.waiting.empty()) return std::nullopt;
  WireRequest request = std::move(worker.waiting.back().request);
  worker.waiting.pop_back();
  --worker.out;
  return request;
}

bool ModbusLine::makes_progress(Instant now) const {
  return !worker_->out_since || now - *worker_->out_since < kStuckAfter;
}

void ModbusLine::stop() {
  if (worker_->stopping) return;
  worker_->stopping = true;
  {
    const std::lock_guard lock{worker_->mutex};
    for (Worker::Exchange& one : std::exchange(worker_->waiting, {})) {
      worker_->end_unsent(std::move(one.done));
    }
  }
  worker_->thread.join();
}

LineStatistics ModbusLine::statistics() const { return worker_->statistics; }

}  // namespace metergate
