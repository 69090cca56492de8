// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocols/hdlc/frame.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::hdlc {

/// What was met that is no frame.
struct FramerCounts {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;  ///< began like a frame and did not hold
  std::uint64_t noise_octets = 0;
};

/// Finds frames in octets that come in any portions. Flags may be shared, or stand in numbers
/// between frames; 0x7E within a frame is no flag. After something that was no frame the search
/// goes on behind its opening flag, never behind the length it claimed. Keeps at most one frame's
/// octets.
class Framer {
 public:
  /// `max_frame_octets`: longer ones are noise.
  explicit Framer(std::size_t max_frame_octets = kMaxFrameOctets);

  /// Frames completed by these octets, in order. A frame that is whole but for its check or content
  /// is dropped silently (6.4.4.1).
  [[nodiscard]] std::vector<Frame> take(OctetView octets);

  /// The line fell silent within a frame (6.4.4.3): what was begun is searched for another frame,
  /// then forgotten.
  [[nodiscard]] std::vector<Frame> line_fell_silent();

  [[nodiscard]] bool within_frame() const { return kept_.size() > 1; }
  [[nodiscard]] const FramerCounts& counts() const { return counts_; }

 private:
  enum class Found : std::uint8_t { Frame, Nothing, NeedsMore };
  Found look(std::vector<Frame>& frames);
  void search(std::vector<Frame>& frames);
  void drop_to_next_flag();

  std::size_t max_frame_octets_;
  Octets kept_;         ///< begins with a flag, or is empty
  std::size_t at_ = 0;  ///< where in it the search stands
  FramerCounts counts_;
};

}  // namespace metergate::hdlc
