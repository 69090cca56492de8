// SPDX-License-Identifier: Apache-2.0
// A plain libmodbus loop over a serial line, the way it is written by hand: one slave after the
// other, the same registers of each.
//   bare_line <device> <baud> <slaves> <first register> <registers> <rounds> <silence: 0|1>
// With silence it waits 3.5 characters (1.75 ms above 19200 baud) before each request; without, it
// is libmodbus as it comes, which no multi-drop line allows.
#include <modbus/modbus.h>
#include <time.h>

#include <array>
#include <cerrno>

#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate::bench;

timespec now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

void sleep_until(timespec from, long nanoseconds) {
  from.tv_nsec += nanoseconds;
  from.tv_sec += from.tv_nsec / 1'000'000'000;
  from.tv_nsec %= 1'000'000'000;
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &from, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8)
    give_up("usage: bare_line <device> <baud> <slaves> <first> <registers> <rounds> <0|1>");
  const int baud = std::atoi(argv[2]);
  const int slaves = std::atoi(argv[3]);
  const int first = std::atoi(argv[4]);
  const int registers = std::atoi(argv[5]);
  const int rounds = std::atoi(argv[6]);
  const bool silence = std::atoi(argv[7]) != 0;
  const long silence_ns = baud > 19'200 ? 1'750'000L : 11'000'000'000L / baud * 7 / 2;

  modbus_t* const line = modbus_new_rtu(argv[1], baud, 'N', 8, 1);
  if (line == nullptr || modbus_connect(line) != 0) give_up(modbus_strerror(errno));
  std::array<std::uint16_t, MODBUS_MAX_READ_REGISTERS> values{};
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;
  timespec quiet = now();
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  for (int round = 0; round < rounds; ++round) {
    for (int slave = 1; slave <= slaves; ++slave) {
      if (silence) sleep_until(quiet, silence_ns);
      modbus_set_slave(line, slave);
      if (modbus_read_registers(line, first, registers, values.data()) == registers) {
        ++reads;
      } else {
        ++failures;
        modbus_flush(line);
      }
      quiet = now();
    }
  }
  Report report;
  report.add("reads", static_cast<double>(reads));
  report.add("failures", static_cast<double>(failures));
  report.add("seconds", std::chrono::duration<double>(Clock::now() - begin).count());
  report.add("cpu_s", cpu_seconds() - cpu);
  modbus_close(line);
  modbus_free(line);
  return 0;
}
