// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// Overwrites octets in a way the optimiser may not drop.
void wipe(std::span<std::uint8_t> octets);

/// Up to 64 octets of key material, kept off the heap and overwritten when dropped or moved from.
/// No formatter and no `<<`: printing a key does not compile. Comparing takes the same time
/// wherever the first difference stands.
class SecretOctets {
 public:
  static constexpr std::size_t kMaxOctets = 64;

  SecretOctets() = default;
  /// Throws std::length_error past kMaxOctets: lengths are checked where material comes in.
  explicit SecretOctets(OctetView octets);
  SecretOctets(const SecretOctets&) = default;
  SecretOctets(SecretOctets&& other) noexcept;
  SecretOctets& operator=(const SecretOctets&) = default;
  SecretOctets& operator=(SecretOctets&& other) noexcept;
  ~SecretOctets();

  /// Pairs of hex digits, white space dropped; nothing for anything else.
  [[nodiscard]] static std::optional<SecretOctets> from_hex(std::string_view text);

  [[nodiscard]] OctetView view() const { return {octets_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }

  friend bool operator==(const SecretOctets& a, const SecretOctets& b);

 private:
  std::array<std::uint8_t, kMaxOctets> octets_{};
  std::size_t size_ = 0;
};

}  // namespace metergate::crypto
