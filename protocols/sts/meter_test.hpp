// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::sts {

/// The tests and displays of class 1 (IEC 62055-41 6.3.8); the value is the bit of the control
/// field.
enum class MeterTest : std::uint8_t {
  LoadSwitch = 0,
  InformationDisplayDevices = 1,
  CumulativeUsageTotals = 2,
  KeyRevisionNumber = 3,
  TariffIndex = 4,
  TokenReader = 5,
  MaximumPowerLimit = 6,
  TamperStatus = 7,
  PowerConsumption = 8,
  SoftwareVersion = 9,
  PhasePowerUnbalanceLimit = 10,
  WaterMeterFactor = 11,
  TariffRate = 12,
  EncryptionAlgorithm = 13,
  KeyChangeTokensSupported = 14,
  SupplyGroupCode = 15,
  KeyExpiryNumber = 16,
  DecoderReferenceNumber = 17,
};

inline constexpr std::size_t kMeterTests = 18;
/// Those above are taken as reserved.
inline constexpr std::uint64_t kKnownTestBits = (1U << kMeterTests) - 1;

/// `load-switch`, `display-key-revision-number` ...: the words of the command line and the API.
[[nodiscard]] std::string_view meter_test_word(MeterTest test);
[[nodiscard]] std::optional<MeterTest> parse_meter_test(std::string_view word);

[[nodiscard]] constexpr std::uint64_t control_bit(MeterTest test) {
  return std::uint64_t{1} << static_cast<unsigned>(test);
}

/// A maker's code in class 1 tokens, and with its length the field it stands in: two digits go with
/// subclass 0 (control of 36 bits, code of 8), four with subclass 1 (28 and 16). Zero is for meters
/// of every maker.
enum class ManufacturerForm : std::uint8_t { TwoDigits, FourDigits };

/// Every test at once: all control bits set ("test 0").
[[nodiscard]] constexpr std::uint64_t all_tests(ManufacturerForm form) {
  return (std::uint64_t{1} << (form == ManufacturerForm::TwoDigits ? 36U : 28U)) - 1;
}

}  // namespace metergate::sts
