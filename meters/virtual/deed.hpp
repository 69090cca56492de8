// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "meters/operation.hpp"
#include "meters/virtual/limit_watch.hpp"
#include "protocols/result.hpp"

namespace metergate::virtual_meter {

struct ButtonPressed {};
/// The key procedure in two steps (1.8): the second key closes within thirty seconds of the first.
struct FirstKeyPressed {};
struct SecondKeyPressed {};
struct CoverOpened {};
struct CoverClosed {};
struct PowerCut {};
struct PowerRestored {};
/// What the household draws from now on, instead of its own habits; nothing: the habits again.
struct LoadSwitched {
  std::optional<PhaseWatts> watts;
};
/// At the keypad: 1 to 60 digits, right or wrong.
struct CodeKeyed {
  std::string digits;
};
struct ClockSetLocally {
  UtcSeconds meter_time;
};

/// Commissioning: the relay opens and closes so many times (1.8).
struct RelayCycled {
  std::uint8_t times = 1;
};
/// A relay that welded, or was tampered with: it moves and nothing in the meter knows why.
struct RelayForced {
  SupplyState to = SupplyState::Off;
};
struct EmergencyCreditTaken {};

inline constexpr std::uint8_t kMostCycles = 50;
inline constexpr std::size_t kMostKeys = 60;  ///< three Secure codes of 20 digits
/// 1 to 60 digits and nothing else.
[[nodiscard]] bool is_key_sequence(std::string_view digits);

/// Something that was done to a virtual meter. A meter lives by its seed and its deeds alone, so a
/// saved state and the deeds since then make the same meter again.
struct Deed {
  std::uint64_t number = 0;  ///< VirtualMeter::changes() with this one
  UtcSeconds time;           ///< true time
  std::variant<operation::WriteToken, operation::OperateRelay, operation::SetClock,
               operation::ChangeTenancy, operation::ChangeSupplier, operation::SetTariff,
               ButtonPressed, CoverOpened, CoverClosed, PowerCut, PowerRestored, ClockSetLocally,
               LoadSwitched, CodeKeyed, RelayCycled, RelayForced, EmergencyCreditTaken,
               FirstKeyPressed, SecondKeyPressed>
      what;

  /// One line without its end: `12 1772618400 relay 7 armed`.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Deed, std::string> parse(std::string_view line);
};

}  // namespace metergate::virtual_meter
