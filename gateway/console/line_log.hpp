// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "gateway/links/link.hpp"
#include "meters/time.hpp"

namespace metergate::console {

/// How a request ended: answered, or LinkFault::Reason.
enum class RequestEnd : std::uint8_t { Answered, NoAnswer, BadFrame, NotSent, Cut };
inline constexpr std::size_t kRequestEnds = 5;
/// `answered`, `no-answer`, `bad-frame`, `not-sent`, `cut`
[[nodiscard]] std::string_view request_end_word(RequestEnd end);

/// One request on a line. What was in it is not kept: it may have been a token.
struct LineRequest {
  UtcTime at;
  std::string meter;
  RequestEnd end = RequestEnd::Answered;
  std::chrono::microseconds on_wire{0};  ///< the wire was given to it
  std::size_t answer_octets = 0;
  std::string what{};  ///< of a fault
};

/// The requests of one minute, counted.
struct LineMinute {
  std::chrono::sys_time<std::chrono::minutes> minute;
  std::array<std::uint32_t, kRequestEnds> ends{};
  std::chrono::microseconds busy{0};
};

/// The last of what happened on every line, in bounded memory. Not on disk: the journal keeps what
/// is worth keeping.
class LineLog {
 public:
  static constexpr std::size_t kRequests = 240;  ///< of each line
  static constexpr std::size_t kFaults = 120;    ///< kept longer than what went well
  static constexpr std::size_t kMinutes = 60;

  struct Line {
    std::deque<LineRequest> requests;  ///< oldest first
    std::deque<LineRequest> faults;
    std::deque<LineMinute> minutes;  ///< those in which something happened
  };

  void add(const std::string& line, const std::string& meter, const WireResult& result,
           std::chrono::microseconds on_wire, UtcTime at);
  [[nodiscard]] const std::map<std::string, Line>& lines() const { return lines_; }

 private:
  std::map<std::string, Line> lines_;
};

}  // namespace metergate::console
