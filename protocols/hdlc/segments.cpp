// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/segments.hpp"

#include <algorithm>
#include <utility>

namespace metergate::hdlc {

void SendWindow::start(OctetView information, std::size_t limit, std::uint8_t window) {
  first_number_ = next();
  segments_.clear();
  acknowledged_ = sent_ = 0;
  window_ = window;
  do {
    const OctetView portion = information.first(std::min(limit, information.size()));
    segments_.emplace_back(portion.begin(), portion.end());
    information = information.subspan(portion.size());
  } while (!information.empty());
}

std::vector<Frame> SendWindow::frames() {
  std::vector<Frame> out;
  const std::size_t end = std::min(segments_.size(), acknowledged_ + window_);
  for (std::size_t i = acknowledged_; i < end; ++i) {
    Frame frame;
    frame.control = {FrameType::I, i + 1 == end, number_of(i), 0};
    frame.segmented = i + 1 < segments_.size();
    frame.information = segments_[i];
    out.push_back(std::move(frame));
  }
  sent_ = std::max(sent_, end);
  return out;
}

SendWindow::Acknowledged SendWindow::acknowledge(std::uint8_t receive_number) {
  const auto fresh = static_cast<std::size_t>((receive_number - number_of(acknowledged_)) & 7);
  if (fresh > sent_ - acknowledged_) return Acknowledged::Wrong;
  acknowledged_ += fresh;
  if (acknowledged_ == segments_.size()) return Acknowledged::All;
  return fresh == 0 ? Acknowledged::Nothing : Acknowledged::More;
}

ReceiveWindow::Taken ReceiveWindow::take(const Frame& frame) {
  if (frame.control.send != expected_) return Taken::OutOfOrder;
  if (octets_.size() + frame.information.size() > max_octets_) return Taken::TooLong;
  octets_.insert(octets_.end(), frame.information.begin(), frame.information.end());
  expected_ = next_sequence(expected_);
  return frame.segmented ? Taken::More : Taken::Complete;
}

Octets ReceiveWindow::release() { return std::exchange(octets_, {}); }

void ReceiveWindow::reset() {
  octets_.clear();
  expected_ = 0;
}

}  // namespace metergate::hdlc
