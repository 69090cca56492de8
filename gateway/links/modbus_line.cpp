// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/modbus_line.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <utility>

#include "gateway/links/modbus_port.hpp"

namespace metergate {

namespace {

/// Far beyond the longest time-out a line can be given, connecting included.
constexpr std::chrono::seconds kStuckAfter{90};

}  // namespace

struct ModbusLine::Worker {
  Worker(boost::asio::io_context& io, config::Line line, StateChanged changed)
      : loop{io}, state_changed{std::move(changed)}, port{std::move(line)} {}

  boost::asio::io_context& loop;
  StateChanged state_changed;
  // Loop thread only.
  bool stopping = false;
  bool up = false;
  std::string last_why;
  LineStatistics statistics;
  std::optional<Instant> out_since;
  // Worker thread only, once a request runs.
  ModbusPort port;
  boost::asio::thread_pool thread{1};

  void finished(WireResult result, const LineStatistics& counted, const Completion& done) {
    statistics = counted;
    out_since.reset();
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
    : worker_{std::make_unique<Worker>(loop, std::move(line), std::move(state_changed))} {}

ModbusLine::~ModbusLine() { stop(); }

void ModbusLine::transact(WireRequest request, Completion done) {
  Worker& worker = *worker_;
  if (worker.stopping) {
    boost::asio::post(worker.loop, [done = std::move(done)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, "the line is being closed"}));
    });
    return;
  }
  worker.out_since = std::chrono::steady_clock::now();
  boost::asio::post(
      worker.thread, [&worker, request = std::move(request), done = std::move(done)]() mutable {
        WireResult result = worker.port.exchange(request);
        boost::asio::post(worker.loop,
                          [&worker, result = std::move(result), counted = worker.port.statistics(),
                           done = std::move(done)]() mutable {
                            worker.finished(std::move(result), counted, done);
                          });
      });
}

bool ModbusLine::makes_progress(Instant now) const {
  return !worker_->out_since || now - *worker_->out_since < kStuckAfter;
}

void ModbusLine::stop() {
  if (worker_->stopping) return;
  worker_->stopping = true;
  worker_->thread.join();
}

LineStatistics ModbusLine::statistics() const { return worker_->statistics; }

}  // namespace metergate
