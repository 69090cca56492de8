// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "gateway/sim/wire/descriptor.hpp"
#include "gateway/sim/wire/emulator.hpp"
#include "protocols/modbus/line_timing.hpp"
#include "protocols/modbus/pdu.hpp"
#include "protocols/modbus/rtu_frame.hpp"

/// The emulator against its own arithmetic: a read of 40 registers, from writing the request to the
/// answer's last octet, is 8 characters, the turn-round and 85 characters (116.56 ms at 9600 baud
/// with 10 ms). A run whose median is off by more than 1 %, of an exact line by more than the two
/// hand-overs of a pseudo-terminal take, is void, and so is every measurement made over such an
/// emulator.
namespace metergate::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kRegisters = 40;
constexpr std::chrono::seconds kPatience{2};
/// The next request comes as a gateway's does: when the silence has just been kept.
constexpr std::chrono::microseconds kAfterSilence{50};
constexpr double kAllowedErrorPercent = 1.0;
constexpr double kAllowedOfExactMs = 0.15;

ModbusTargets one_slave() {
  ModbusTarget target;
  target.serve = [](OctetView pdu) -> std::optional<Octets> {
    const auto request = modbus::decode_request(pdu);
    if (!request) return std::nullopt;
    return modbus::encode_response(*request, modbus::RegistersRead{modbus::Registers(kRegisters)});
  };
  return {{std::uint8_t{1}, target}};
}

/// Milliseconds from the request to the last octet of the answer. Awake all the while: how late
/// somebody who sleeps is woken is not the emulator's doing.
double exchange_ms(int device, const Octets& request, std::size_t answer_octets) {
  const auto start = Clock::now();
  if (::write(device, request.data(), request.size()) < 0) return 0;
  std::array<std::uint8_t, 256> buffer;
  for (std::size_t have = 0; have < answer_octets;) {
    const ssize_t got = ::read(device, buffer.data(), buffer.size());
    if (got > 0) have += static_cast<std::size_t>(got);
    if (got <= 0) std::this_thread::yield();
    if (Clock::now() - start > kPatience) return 0;
  }
  return std::chrono::duration<double, std::milli>{Clock::now() - start}.count();
}

void exchange_time(benchmark::State& state) {
  WireSettings settings;
  settings.baud = static_cast<std::uint32_t>(state.range(0));
  settings.turn_round = std::chrono::milliseconds{state.range(1)};
  settings.exact = state.range(2) != 0;
  const auto wire = WireEmulator::open(settings, one_slave());
  if (!wire) return state.SkipWithError(wire.error().c_str());
  const Descriptor device{
      ::open((*wire)->device().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};

  const modbus::ReadRegisters read{modbus::FunctionCode::ReadHoldingRegisters, 0, kRegisters};
  const Octets request = modbus::encode_rtu(1, modbus::encode_request(read));
  const std::size_t answer = modbus::response_octets(read) + 3;
  const modbus::LineTiming line{settings.baud};
  const std::chrono::duration<double, std::milli> computed =
      line.characters(request.size()) + settings.turn_round + line.characters(answer);

  std::vector<double> times;
  for ([[maybe_unused]] auto _ : state) {
    const auto quiet_until = Clock::now() + line.silence() + kAfterSilence;
    while (Clock::now() < quiet_until) std::this_thread::yield();
    times.push_back(exchange_ms(device.get(), request, answer));
    state.SetIterationTime(times.back() / 1'000);
  }
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  const double median = times[times.size() / 2];
  const double late_ms = median - computed.count();
  const double error = 100 * late_ms / computed.count();
  state.counters["computed_ms"] = computed.count();
  state.counters["median_ms"] = median;
  state.counters["error_percent"] = error;
  state.counters["real_time"] = (*wire)->real_time() ? 1 : 0;
  state.counters["early_requests"] = static_cast<double>((*wire)->statistics().early_requests);
  if (late_ms < 0 || error > kAllowedErrorPercent ||
      (settings.exact && late_ms > kAllowedOfExactMs)) {
    state.SkipWithError("the emulated line is off by more than is allowed");
  }
}

BENCHMARK(exchange_time)
    ->ArgNames({"baud", "turn_round_ms", "exact"})
    ->ArgsProduct({{9'600}, {10, 20}, {0, 1}})
    ->ArgsProduct({{19'200, 115'200}, {10}, {0, 1}})
    ->Iterations(25)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace metergate::sim

BENCHMARK_MAIN();
