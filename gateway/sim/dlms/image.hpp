// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/cosem/classes.hpp"
#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::sim {

/// Image transfer of one meter (Blue Book, class 18): blocks of a new firmware, in any order, kept
/// over associations and connections until another image is begun. A sound image ends with the
/// SHA-256 of what stands before it. Verifying and activating take a second, as in a meter.
class DlmsImage {
 public:
  static constexpr std::uint32_t kBlockOctets = 200;
  static constexpr std::uint32_t kMostOctets = 4U << 20U;
  static constexpr std::size_t kDigestOctets = 32;
  static constexpr std::chrono::seconds kTakes{1};

  using Status = cosem::image_transfer::Status;
  enum class Answer : std::uint8_t { Done, Busy, OutOfRange, NotNow };

  [[nodiscard]] Answer initiate(Octets identifier, std::uint32_t size);
  [[nodiscard]] Answer take(std::uint32_t block, OctetView octets);
  /// Busy while it works at it; asked again, it goes on.
  [[nodiscard]] Answer verify(UtcSeconds now);
  [[nodiscard]] Answer activate(UtcSeconds now);

  /// What has been worked at is done by `now`.
  void live(UtcSeconds now);

  bool enabled = true;
  [[nodiscard]] Status status() const { return status_; }
  [[nodiscard]] const std::vector<bool>& blocks() const { return there_; }
  /// The number of blocks where none is missing.
  [[nodiscard]] std::uint32_t first_missing() const;
  [[nodiscard]] const Octets& identifier() const { return identifier_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(image_.size()); }
  /// The digest at its end; empty before it is verified.
  [[nodiscard]] Octets signature() const;
  /// The image that runs, if one was ever activated.
  [[nodiscard]] const std::optional<std::string>& running() const { return running_; }

 private:
  [[nodiscard]] bool sound() const;

  Octets identifier_;
  Octets image_;
  std::vector<bool> there_;
  Status status_ = Status::NotInitiated;
  std::optional<UtcSeconds> done_at_;
  std::optional<std::string> running_;
};

}  // namespace metergate::sim
