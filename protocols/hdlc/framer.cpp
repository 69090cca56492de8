// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/framer.hpp"

#include <algorithm>
#include <utility>

namespace metergate::hdlc {

Framer::Framer(std::size_t max_frame_octets)
    : max_frame_octets_{std::clamp(max_frame_octets, kMinFrameOctets, kMaxFrameOctets)} {}

std::vector<Frame> Framer::take(OctetView octets) {
  std::vector<Frame> frames;
  // In portions, so that never more is kept than one frame and its flags.
  while (!octets.empty()) {
    const std::size_t portion = std::min(octets.size(), max_frame_octets_ + 2);
    kept_.insert(kept_.end(), octets.begin(),
                 octets.begin() + static_cast<std::ptrdiff_t>(portion));
    octets = octets.subspan(portion);
    search(frames);
  }
  return frames;
}

std::vector<Frame> Framer::line_fell_silent() {
  std::vector<Frame> frames;
  while (within_frame()) {
    drop_to_next_flag();
    ++counts_.dropped;
    search(frames);
  }
  return frames;
}

void Framer::search(std::vector<Frame>& frames) {
  while (look(frames) != Found::NeedsMore) {
  }
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
}

Framer::Found Framer::look(std::vector<Frame>& frames) {
  if (at_ == kept_.size()) return Found::NeedsMore;
  if (kept_[at_] != kFlag) {
    drop_to_next_flag();
    return Found::Nothing;
  }
  const std::size_t rest = kept_.size() - at_ - 1;
  if (rest == 0) return Found::NeedsMore;
  if (kept_[at_ + 1] == kFlag) {  // flags between frames
    ++at_;
    return Found::Nothing;
  }
  if (rest == 1 && (kept_[at_ + 1] & 0xF0U) == 0xA0U) return Found::NeedsMore;
  const std::size_t length = rest == 1 ? 0 : frame_length(kept_[at_ + 1], kept_[at_ + 2]);
  if (length < kMinFrameOctets || length > max_frame_octets_) {
    drop_to_next_flag();
    return Found::Nothing;
  }
  if (rest < length + 1) return Found::NeedsMore;
  const OctetView all{kept_};
  if (all[at_ + 1 + length] == kFlag) {
    if (auto frame = decode_frame(all.subspan(at_ + 1, length))) {
      frames.push_back(std::move(*frame));
      ++counts_.frames;
      at_ += 1 + length;  // the closing flag may open the next frame
      return Found::Frame;
    }
  }
  ++counts_.dropped;
  drop_to_next_flag();
  return Found::Nothing;
}

void Framer::drop_to_next_flag() {
  const auto from = kept_.begin() + static_cast<std::ptrdiff_t>(at_);
  // At least one octet goes: the flag that opened nothing, or noise.
  const auto flag = std::find(from + 1, kept_.end(), kFlag);
  counts_.noise_octets += static_cast<std::uint64_t>(flag - from);
  at_ += static_cast<std::size_t>(flag - from);
}

}  // namespace metergate::hdlc
