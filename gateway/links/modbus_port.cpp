// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/modbus_port.hpp"

#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

namespace metergate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kAddressAndCrc = 3;  // octets an RTU frame has around its PDU
constexpr std::size_t kTcpHeader = 7;      // MBAP header with the unit id
constexpr milliseconds kConnectTimeout{2'000};
// Between octets of one answer: more than a FIFO's worth at the slowest rates, far below libmodbus'
// default of 500 ms, so that a flipped length octet costs one pause and not a time-out.
constexpr milliseconds kOctetTimeoutFloor{30};
constexpr int kOctetTimeoutCharacters = 30;
constexpr nanoseconds kAwake{120'000};
/// Somebody who never stops sending is waited for so long, and no request goes out.
constexpr milliseconds kQuietWithin{2'000};
constexpr int kFifoOctets = 16;  // a receiver hands on at most so many octets at once

void set_timeout(int (*set)(modbus_t*, std::uint32_t, std::uint32_t), modbus_t* modbus,
                 microseconds time) {
  const auto us = std::max<std::int64_t>(time.count(), 1);
  set(modbus, static_cast<std::uint32_t>(us / 1'000'000),
      static_cast<std::uint32_t>(us % 1'000'000));
}

/// Waits until the descriptor can be read; false when the time is over first.
bool readable_within(int descriptor, nanoseconds time) {
  const auto rest = std::max(time, nanoseconds{0});
  const timespec limit{rest.count() / 1'000'000'000, rest.count() % 1'000'000'000};
  pollfd entry{descriptor, POLLIN, 0};
  return ppoll(&entry, 1, &limit, nullptr) > 0;
}

/// A wake-up comes 50 to 150 us late, which is as much as a line at 115 200 baud may lose of a
/// transaction: there the last of a wait is spent awake.
void sleep_precisely(std::chrono::steady_clock::time_point until, nanoseconds awake) {
  std::this_thread::sleep_until(until - awake);
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

std::size_t octets_waiting(int descriptor) {
  int waiting = 0;
  return ioctl(descriptor, FIONREAD, &waiting) == 0 && waiting > 0
             ? static_cast<std::size_t>(waiting)
             : 0;
}

std::string system_words(int error) { return modbus_strerror(error); }

bool device_is_gone(int error) {
  return error == EIO || error == ENXIO || error == ENODEV || error == EBADF ||
         error == ECONNRESET || error == EPIPE || error == ECONNREFUSED || error == ENOTCONN;
}

}  // namespace

CharacterTiming CharacterTiming::of(std::uint32_t baud) {
  const nanoseconds character{11'000'000'000LL / std::max<std::uint32_t>(baud, 1)};
  // Modbus over Serial Line V1.02, 2.5.1.1: above 19200 baud fixed values are used.
  const bool is_fast = baud > 19'200;
  const nanoseconds silence = is_fast ? nanoseconds{1'750'000} : character * 7 / 2;
  return {character, silence, is_fast ? kAwake : nanoseconds{0}};
}

ModbusPort::ModbusPort(config::Line line) : line_{std::move(line)} {
  if (const auto* serial = std::get_if<config::SerialLine>(&line_.access)) {
    timing_ = CharacterTiming::of(serial->baud);
  } else {
    serial_ = false;
  }
}

ModbusPort::~ModbusPort() { close(); }

std::string ModbusPort::ensure_open() {
  if (open_) return {};
  if (const auto* serial = std::get_if<config::SerialLine>(&line_.access)) {
    constexpr std::array<char, 3> kParity{'N', 'E', 'O'};
    modbus_ = modbus_new_rtu(serial->device.c_str(), static_cast<int>(serial->baud),
                             kParity[static_cast<std::size_t>(serial->parity)], serial->data_bits,
                             serial->stop_bits);
  } else {
    const auto& tcp = std::get<config::TcpEndpoint>(line_.access);
    modbus_ = modbus_new_tcp_pi(tcp.host.c_str(), std::to_string(tcp.port).c_str());
  }
  if (modbus_ == nullptr) return "libmodbus: " + system_words(errno);
  set_timeout(modbus_set_response_timeout, modbus_, kConnectTimeout);
  if (modbus_connect(modbus_) != 0) {
    std::string why = system_words(errno);
    close();
    return why;
  }
  // libmodbus waits with select(), which writes past its set from descriptor 1024 on (faults.md 3).
  if (modbus_get_socket(modbus_) >= 1024) {
    close();
    return "too many open files: the line's descriptor must be below 1024";
  }
  if (serial_ && flock(modbus_get_socket(modbus_), LOCK_EX | LOCK_NB) != 0) {
    close();
    return "another process holds the device";
  }
  open_ = true;
  set_timeout(
      modbus_set_byte_timeout, modbus_,
      std::max<microseconds>(kOctetTimeoutFloor, std::chrono::duration_cast<microseconds>(
                                                     timing_.character * kOctetTimeoutCharacters)));
  line_quiet_since_ = Clock::now();
  return {};
}

void ModbusPort::close() {
  if (modbus_ == nullptr) return;
  modbus_close(modbus_);
  modbus_free(modbus_);
  modbus_ = nullptr;
  open_ = false;
}

bool ModbusPort::keep_silence() {
  // Octets that nobody asked for: a late answer, noise, another master. They go, and the line gets
  // its silence again after the last of them. Looked for after each wait, since they may come in
  // the silence itself; the next block of them is on its way unseen for as long as it takes to
  // fill.
  const auto give_up = Clock::now() + kQuietWithin;
  sleep_out_silence();
  while (octets_waiting(modbus_get_socket(modbus_)) > 0) {
    if (Clock::now() >= give_up) return false;
    ++statistics_.late_answers;
    modbus_flush(modbus_);
    std::this_thread::sleep_for(timing_.character * kFifoOctets + timing_.silence);
    line_quiet_since_ = Clock::now();
  }
  return true;
}

bool ModbusPort::is_left_over() const {
  return readable_within(modbus_get_socket(modbus_), nanoseconds{0});
}

void ModbusPort::sleep_out_silence() {
  const auto end = line_quiet_since_ + timing_.silence;
  const auto asked_for = end - std::max(timing_.awake, wake_up_.lead());
  if (asked_for > Clock::now()) {
    std::this_thread::sleep_until(asked_for);
    wake_up_.came(Clock::now() - asked_for);
  }
  while (Clock::now() < end) std::this_thread::yield();
}

WireResult ModbusPort::exchange(const WireRequest& request) {
  if (std::string why = ensure_open(); !why.empty()) {
    return failure(LinkFault{LinkFault::Reason::NotSent, std::move(why)});
  }
  if (serial_ && !keep_silence()) {
    return failure(LinkFault{LinkFault::Reason::NotSent, "somebody sends without a pause"});
  }
  // Raw requests have no numbers: what is there already would pass for the answer, and each answer
  // for the one before.
  if (!serial_ && is_left_over()) {
    ++statistics_.late_answers;
    close();
    if (std::string why = ensure_open(); !why.empty()) {
      return failure(LinkFault{LinkFault::Reason::NotSent, std::move(why)});
    }
  }
  modbus_set_slave(modbus_, request.to.number);
  std::vector<std::uint8_t> raw;
  raw.reserve(request.octets.size() + 1);
  raw.push_back(static_cast<std::uint8_t>(request.to.number));
  raw.insert(raw.end(), request.octets.begin(), request.octets.end());
  if (modbus_send_raw_request(modbus_, raw.data(), static_cast<int>(raw.size())) < 0) {
    return broken(system_words(errno), false);
  }
  ++statistics_.requests;
  // On a serial line the octets now trickle out of the driver's buffer.
  const auto request_end =
      Clock::now() + timing_.character * (request.octets.size() + kAddressAndCrc);
  const auto arrival = wait_for_answer(request, request_end);
  if (!arrival) {
    ++statistics_.timeouts;
    line_quiet_since_ = Clock::now();
    // libmodbus numbers raw requests 0, all of them: only a new connection keeps a late answer
    // away.
    if (!serial_) close();
    return failure(
        LinkFault{LinkFault::Reason::NoAnswer,
                  "no answer within " + std::to_string(request.timeout.count()) + " ms"});
  }
  return receive(request, std::chrono::duration_cast<microseconds>(arrival->began - request_end),
                 arrival->was_whole);
}

std::optional<ModbusPort::Arrival> ModbusPort::wait_for_answer(const WireRequest& request,
                                                               Clock::time_point request_end) {
  const int descriptor = modbus_get_socket(modbus_);
  const bool is_paced = serial_ && request.answer_octets > 0;
  const auto deadline = request_end + request.timeout;
  if (!is_paced) {
    if (!readable_within(descriptor, deadline - Clock::now())) return std::nullopt;
    return Arrival{Clock::now(), {}};
  }
  // One wake-up when the answer can be complete instead of one per handful of octets, and one at
  // its first octet only while it is not known when that comes.
  const std::size_t whole = request.answer_octets + kAddressAndCrc;
  const auto whole_time = timing_.character * whole;
  TurnRound& turn_round = turn_rounds_[request.to.number];
  const auto expected = turn_round.expected();
  if (expected) sleep_precisely(request_end + *expected + whole_time, timing_.awake);
  if (!readable_within(descriptor, deadline - Clock::now())) {
    turn_round.fell_silent();
    return std::nullopt;
  }
  const auto now = Clock::now();
  // A receiver's FIFO hands on several octets at once, the first time too.
  const std::size_t there = std::min(octets_waiting(descriptor), whole);
  const auto rest = timing_.character * (whole - there);
  const auto begin = now + rest - whole_time;
  if (!expected) {
    turn_round.began_after(begin - request_end, timing_.character);
  } else if (there == whole) {
    turn_round.was_there();
    return Arrival{request_end + *expected, Clock::now()};
  } else {
    turn_round.was_early(rest, timing_.character);
    // Much is missing: a shorter answer, an exception most likely, or a late one. libmodbus sees
    // which.
    if (!turn_round.expected()) return Arrival{begin, {}};
  }
  sleep_precisely(now + rest, timing_.awake);
  return Arrival{begin, {}};
}

WireResult ModbusPort::receive(const WireRequest& request, microseconds round_trip,
                               std::optional<Clock::time_point> was_whole) {
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> frame{};
  set_timeout(modbus_set_response_timeout, modbus_, request.timeout);
  const int length = modbus_receive_confirmation(modbus_, frame.data());
  const int error = errno;
  // What libmodbus needs to look at an answer that was there is part of the silence behind it,
  // unless it had to wait for more.
  const bool is_as_long = length == static_cast<int>(request.answer_octets + kAddressAndCrc);
  line_quiet_since_ = is_as_long && was_whole ? *was_whole : Clock::now();
  if (length < 0 && device_is_gone(error)) return broken(system_words(error), true);
  if (length < 0) {
    ++statistics_.bad_frames;
    if (!serial_) close();
    return failure(LinkFault{LinkFault::Reason::BadFrame, system_words(error)});
  }
  const auto octets = static_cast<std::size_t>(length);
  if (!serial_) {
    if (octets <= kTcpHeader || frame[kTcpHeader - 1] != request.to.number) {
      ++statistics_.bad_frames;
      close();
      return failure(LinkFault{LinkFault::Reason::BadFrame, "a frame of another unit"});
    }
    ++statistics_.answers;
    return WireAnswer{{frame.begin() + kTcpHeader, frame.begin() + length}, round_trip};
  }
  if (octets <= kAddressAndCrc || frame[0] != request.to.number) {
    ++statistics_.bad_frames;
    return failure(LinkFault{LinkFault::Reason::BadFrame, "a frame of another address"});
  }
  ++statistics_.answers;
  return WireAnswer{{frame.begin() + 1, frame.begin() + length - 2}, round_trip};
}

WireResult ModbusPort::broken(std::string what, bool was_sent) {
  close();
  return failure(
      LinkFault{was_sent ? LinkFault::Reason::Cut : LinkFault::Reason::NotSent, std::move(what)});
}

}  // namespace metergate
