// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/line_log.hpp"

namespace metergate::console {
namespace {

template <typename T>
void keep(std::deque<T>& list, T&& one, std::size_t most) {
  list.push_back(std::forward<T>(one));
  if (list.size() > most) list.pop_front();
}

}  // namespace

std::string_view request_end_word(RequestEnd end) {
  constexpr std::array<std::string_view, kRequestEnds> kWords{"answered", "no-answer", "bad-frame",
                                                              "not-sent", "cut"};
  return kWords[static_cast<std::size_t>(end)];
}

void LineLog::add(const std::string& line, const std::string& meter, const WireResult& result,
                  std::chrono::microseconds on_wire, UtcTime at) {
  LineRequest request{.at = at, .meter = meter, .on_wire = on_wire};
  if (result) {
    request.answer_octets = result->octets.size();
  } else {
    // The reasons of a fault stand in the same order, behind the one end that is none.
    request.end = static_cast<RequestEnd>(static_cast<std::size_t>(result.error().reason) + 1);
    request.what = result.error().what;
  }
  Line& kept = lines_[line];
  const auto minute = std::chrono::floor<std::chrono::minutes>(at);
  if (kept.minutes.empty() || kept.minutes.back().minute != minute) {
    keep(kept.minutes, LineMinute{.minute = minute}, kMinutes);
  }
  LineMinute& now = kept.minutes.back();
  ++now.ends[static_cast<std::size_t>(request.end)];
  now.busy += on_wire;
  if (request.end != RequestEnd::Answered) keep(kept.faults, LineRequest{request}, kFaults);
  keep(kept.requests, std::move(request), kRequests);
}

}  // namespace metergate::console
