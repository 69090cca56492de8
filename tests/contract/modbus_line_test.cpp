// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/modbus_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gateway/sim/wire/emulator.hpp"

/// The line's worker on a pseudo-terminal whose octets take their time.
namespace metergate {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kMeters = 9;
constexpr std::uint8_t kRegisters = 40;

/// A meter of registers that all say its address.
Octets answer_of(std::uint8_t address, OctetView pdu) {
  Octets answer{pdu[0], 2 * kRegisters};
  answer.resize(2 + 2 * kRegisters, address);
  return answer;
}

std::set<std::string> threads() {
  std::set<std::string> out;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    out.insert(task.path().filename().string());
  }
  return out;
}

/// How often the thread has gone to sleep (proc(5)).
std::uint64_t sleeps(const std::string& thread) {
  std::ifstream status{"/proc/self/task/" + thread + "/status"};
  for (std::string word; status >> word;) {
    if (word != "voluntary_ctxt_switches:") continue;
    std::uint64_t count = 0;
    status >> count;
    return count;
  }
  return 0;
}

class ModbusLineTest : public testing::Test {
 protected:
  ModbusLineTest() {
    sim::ModbusTargets targets;
    for (std::uint8_t address = 1; address <= kMeters; ++address) {
      faults_.push_back(std::make_unique<sim::WireFaults>(address));
      targets.emplace(address, sim::ModbusTarget{[address](OctetView pdu) {
                                                   return std::optional{answer_of(address, pdu)};
                                                 },
                                                 faults_.back().get()});
    }
    sim::WireSettings settings;
    settings.baud = 38'400;
    settings.turn_round = 5ms;
    settings.block_octets = 1;
    wire_ = std::move(sim::WireEmulator::open(settings, std::move(targets)).value());
    config::Line line{.name = "a", .access = config::SerialLine{}};
    auto& serial = std::get<config::SerialLine>(line.access);
    serial.device = wire_->device().string();
    serial.baud = settings.baud;
    const auto before = threads();
    line_ = std::make_unique<ModbusLine>(loop_, line, [](bool, const std::string&) {});
    for (const std::string& thread : threads()) {
      if (!before.contains(thread)) worker_ = thread;
    }
  }

  void ask(std::uint8_t address, bool may_be_told_later = false) {
    WireRequest request;
    request.may_be_told_later = may_be_told_later;
    request.to.number = address;
    request.octets = {3, 0, 0, 0, kRegisters};
    request.answer_octets = 2 + 2 * kRegisters;
    request.timeout = 500ms;
    line_->transact(std::move(request), [this](const WireResult& result) {
      answers_.push_back(result ? result->octets.back() : -1);
      if (result && result->came_at) came_at_.push_back(*result->came_at);
    });
  }
  /// How often the loop had something to do until so many were told.
  int run_until_answered(std::size_t count) {
    int turns = 0;
    while (answers_.size() < count && loop_.run_one_for(5s) > 0) ++turns;
    return turns;
  }
  void wait_for_answers_on_the_wire(std::uint64_t count) const {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (wire_->statistics().answers < count && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
  }

  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  std::vector<std::unique_ptr<sim::WireFaults>> faults_;
  std::unique_ptr<sim::WireEmulator> wire_;
  std::unique_ptr<ModbusLine> line_;
  std::string worker_;
  std::vector<int> answers_;
  std::vector<Instant> came_at_;
};

// A commit may take long on a slow disk, and the loop with it.
TEST_F(ModbusLineTest, TheLineIsNotIdleWhileTheLoopIsHeldUp) {
  ASSERT_EQ(line_->standby_places(), 8U);
  for (std::uint8_t address = 1; address <= kMeters; ++address) ask(address);
  wait_for_answers_on_the_wire(kMeters);
  EXPECT_EQ(wire_->statistics().answers, kMeters) << "and nobody has run the loop";
  EXPECT_EQ(wire_->statistics().early_requests, 0U);
  run_until_answered(kMeters);
  EXPECT_THAT(answers_, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST_F(ModbusLineTest, WhatIsCalledBackDoesNotGoAndComesBackWhole) {
  for (std::uint8_t address = 1; address <= 4; ++address) ask(address);
  const auto last = line_->recall();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->to.number, 4);
  EXPECT_EQ(last->octets, (Octets{3, 0, 0, 0, kRegisters}));
  run_until_answered(3);
  EXPECT_THAT(answers_, testing::ElementsAre(1, 2, 3));
  EXPECT_FALSE(line_->recall()) << "nothing stands by any more";
  EXPECT_EQ(wire_->statistics().requests, 3U);
}

TEST_F(ModbusLineTest, AnswersThatMayWaitAreToldTogetherWhileOthersStandBy) {
  for (std::uint8_t address = 1; address <= kMeters; ++address) ask(address, true);
  EXPECT_LT(run_until_answered(kMeters), kMeters);
  EXPECT_THAT(answers_, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  ASSERT_EQ(came_at_.size(), kMeters);
  for (std::size_t i = 1; i < came_at_.size(); ++i) {
    EXPECT_GT(came_at_[i] - came_at_[i - 1], 30ms) << "when it came, not when it was told";
  }
}

TEST_F(ModbusLineTest, WithFewStandingByNoAnswerWaits) {
  for (std::uint8_t address = 1; address <= 4; ++address) ask(address, true);
  EXPECT_EQ(run_until_answered(4), 4) << "or the wire would wait for the loop";
}

TEST_F(ModbusLineTest, WhatWaitsIsToldWhenAllThatStoodByIsCalledBack) {
  for (std::uint8_t address = 1; address <= kMeters; ++address) ask(address, true);
  wait_for_answers_on_the_wire(2);
  std::size_t left = kMeters;
  while (line_->recall()) --left;
  EXPECT_LT(left, std::size_t{kMeters});
  run_until_answered(left);
  EXPECT_EQ(answers_.size(), left);
}

// 85 octets that come one by one are not 85 wake-ups.
TEST_F(ModbusLineTest, AReadCostsAFewWakeUps) {
  constexpr std::size_t kReads = 20;
  for (std::uint8_t i = 0; i < 5; ++i) ask(1);  // how long the meter takes is learned
  run_until_answered(5);
  const std::uint64_t before = sleeps(worker_);
  for (std::size_t i = 0; i < kReads; ++i) {
    ask(1);
    run_until_answered(5 + i + 1);
  }
  EXPECT_THAT(answers_, testing::Each(1));
  EXPECT_GT(sleeps(worker_), before);
  EXPECT_LE(sleeps(worker_) - before, 8 * kReads);
}

}  // namespace
}  // namespace metergate
