// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "meters/operation.hpp"
#include "protocols/result.hpp"

namespace metergate::virtual_meter {

struct ButtonPressed {};
struct CoverOpened {};
struct CoverClosed {};
struct PowerCut {};
struct PowerRestored {};
struct ClockSetLocally {
  UtcSeconds meter_time;
};

/// Something that was done to a virtual meter. A meter lives by its seed and its deeds alone, so a
/// saved state and the deeds since then make the same meter again.
struct Deed {
  std::uint64_t number = 0;  ///< VirtualMeter::changes() with this one
  UtcSeconds time;           ///< true time
  std::variant<operation::WriteToken, operation::OperateRelay, operation::SetClock, ButtonPressed,
               CoverOpened, CoverClosed, PowerCut, PowerRestored, ClockSetLocally>
      what;

  /// One line without its end: `12 1772618400 relay 7 armed`.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Deed, std::string> parse(std::string_view line);
};

}  // namespace metergate::virtual_meter
