// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

namespace metergate::utrn {

/// The 64-bit identity of a meter or a supplier in GBCS, most significant octet first.
class Eui64 {
 public:
  explicit constexpr Eui64(std::uint64_t number) : number_{number} {}
  /// Sixteen hex digits; hyphens, colons and blanks between octets are dropped.
  [[nodiscard]] static Result<Eui64, FieldFault> parse(std::string_view text);

  [[nodiscard]] constexpr std::uint64_t number() const { return number_; }
  /// `00-db-12-34-56-78-90-a0`
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Eui64&, const Eui64&) = default;

 private:
  std::uint64_t number_;
};

}  // namespace metergate::utrn
