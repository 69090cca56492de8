// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metergate::cosem {

/// Names a register: six value groups A-B:C.D.E*F (IEC 62056-6-1). `1-0:1.8.0*255` is the
/// cumulative active import; F = 255 means "the current one" and may be left out when written.
class ObisCode {
 public:
  constexpr ObisCode() = default;
  constexpr explicit ObisCode(std::array<std::uint8_t, 6> groups) : groups_{groups} {}

  /// Reads `A-B:C.D.E` or `A-B:C.D.E*F`; nothing else is an OBIS code.
  [[nodiscard]] static std::optional<ObisCode> parse(std::string_view text);

  [[nodiscard]] constexpr const std::array<std::uint8_t, 6>& groups() const { return groups_; }
  /// Always the full form with F, so that equal codes have equal text.
  [[nodiscard]] std::string text() const;

  friend constexpr auto operator<=>(const ObisCode&, const ObisCode&) = default;

 private:
  std::array<std::uint8_t, 6> groups_{};
};

}  // namespace metergate::cosem
