// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/links/link.hpp"
#include "gateway/links/modbus_line.hpp"
#include "gateway/links/turn_round.hpp"
#include "gateway/links/wake_up.hpp"

struct _modbus;  // libmodbus' modbus_t

namespace metergate {

/// Characters on an RS-485 line take 11 bits: start, 8 data, parity or second stop, stop.
struct CharacterTiming {
  std::chrono::nanoseconds character{0};
  std::chrono::nanoseconds silence{0};  ///< between frames: 3.5 characters, fixed above 19200 baud
  std::chrono::nanoseconds awake{0};    ///< of a wait, its last part that is not slept

  [[nodiscard]] static CharacterTiming of(std::uint32_t baud);
};

/// The blocking half of a Modbus line: libmodbus, errno and all. Lives on the line's worker thread.
class ModbusPort {
 public:
  explicit ModbusPort(config::Line line);
  ~ModbusPort();
  ModbusPort(const ModbusPort&) = delete;
  ModbusPort& operator=(const ModbusPort&) = delete;

  /// Opens the device or connects when it is not open; an error text, or empty when it is open.
  [[nodiscard]] std::string ensure_open();
  void close();
  [[nodiscard]] bool is_open() const { return open_; }

  /// One exchange by the line rule. Closes the port when the device is gone.
  [[nodiscard]] WireResult exchange(const WireRequest& request);

  [[nodiscard]] const LineStatistics& statistics() const { return statistics_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// An answer as it was waited for.
  struct Arrival {
    Clock::time_point began;
    std::optional<Clock::time_point> was_whole;  ///< so many octets as it has were there by then
  };

  /// False where somebody sends without a pause.
  [[nodiscard]] bool keep_silence();
  /// Octets on a TCP connection that nobody has asked for, or its end.
  [[nodiscard]] bool is_left_over() const;
  void sleep_out_silence();
  /// Sleeps until the answer can be complete; nothing where none came in time.
  [[nodiscard]] std::optional<Arrival> wait_for_answer(const WireRequest& request,
                                                       Clock::time_point request_end);
  [[nodiscard]] WireResult receive(const WireRequest& request, std::chrono::microseconds round_trip,
                                   std::optional<Clock::time_point> was_whole);
  [[nodiscard]] WireResult broken(std::string what, bool was_sent);

  config::Line line_;
  bool serial_ = true;
  CharacterTiming timing_;
  _modbus* modbus_ = nullptr;
  bool open_ = false;
  Clock::time_point line_quiet_since_;
  WakeUp wake_up_;
  std::map<std::uint16_t, TurnRound> turn_rounds_;  ///< by address
  LineStatistics statistics_;
};

}  // namespace metergate
