// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/hdlc/frame.hpp"
#include "protocols/octets/octets.hpp"

/// An APDU longer than one frame's information goes as several I frames (IEC 62056-46, 6.4.4.4.4).
/// Both stations of a link send and receive in the same way.
namespace metergate::hdlc {

/// The frames of one APDU on their way, modulo 8, with what was acknowledged.
class SendWindow {
 public:
  enum class Acknowledged : std::uint8_t { More, All, Nothing, Wrong };

  /// `information` begins with the LLC octets; `limit` is the most octets of one frame.
  void start(OctetView information, std::size_t limit, std::uint8_t window);
  /// The number the next frame of all has: V(S).
  [[nodiscard]] std::uint8_t next() const { return number_of(segments_.size()); }
  /// What may go out from the first frame that is not acknowledged; the last of them polls.
  /// Addresses and N(R) are the caller's.
  [[nodiscard]] std::vector<Frame> frames();
  [[nodiscard]] Acknowledged acknowledge(std::uint8_t receive_number);
  [[nodiscard]] bool everything_sent() const { return sent_ == segments_.size(); }
  /// The other station went on without having acknowledged: it has everything.
  void acknowledge_all() { acknowledged_ = sent_ = segments_.size(); }
  void reset() { *this = {}; }

 private:
  [[nodiscard]] std::uint8_t number_of(std::size_t segment) const {
    return static_cast<std::uint8_t>((first_number_ + segment) & 7U);
  }

  std::vector<Octets> segments_;
  std::size_t acknowledged_ = 0;
  std::size_t sent_ = 0;
  std::uint8_t first_number_ = 0;
  std::uint8_t window_ = 1;
};

/// Puts the I frames of the other station together, in order.
class ReceiveWindow {
 public:
  enum class Taken : std::uint8_t { More, Complete, OutOfOrder, TooLong };

  explicit ReceiveWindow(std::size_t max_octets) : max_octets_{max_octets} {}

  [[nodiscard]] Taken take(const Frame& frame);
  /// What was complete, LLC and all.
  [[nodiscard]] Octets release();
  /// V(R).
  [[nodiscard]] std::uint8_t expected() const { return expected_; }
  void reset();

 private:
  std::size_t max_octets_;
  Octets octets_;
  std::uint8_t expected_ = 0;
};

}  // namespace metergate::hdlc
