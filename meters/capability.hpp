// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace metergate {

/// What a meter model can do. A verb it cannot do is refused with that reason.
enum class Capability : std::uint8_t {
  Registers,
  Daily,
  Profile,
  Logs,
  ReadClock,
  SetClock,
  ReadRelay,
  OperateRelay,  ///< remote OFF and ARMED
  CloseRelay,    ///< remote ON
  Tokens,
  Transactions,  ///< the meter keeps the last remote transaction id and its result
  Billing,       ///< keeps billing snapshots
  Tariffs,       ///< takes tariffs, also with delayed activation, and tells them
  ChangeTenancy,
  ChangeSupplier,
};

[[nodiscard]] std::string_view capability_word(Capability capability);
[[nodiscard]] std::optional<Capability> parse_capability(std::string_view word);

class CapabilitySet {
 public:
  constexpr void add(Capability c) { bits_ = bits_ | bit(c); }
  [[nodiscard]] constexpr bool has(Capability c) const { return (bits_ & bit(c)) != 0; }
  [[nodiscard]] std::vector<std::string_view> words() const;
  friend constexpr bool operator==(CapabilitySet, CapabilitySet) = default;

 private:
  static constexpr std::uint32_t bit(Capability c) { return 1U << static_cast<unsigned>(c); }
  std::uint32_t bits_ = 0;
};

}  // namespace metergate
