// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/security_control.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/hdlc/address.hpp"

namespace metergate::config {

/// Stands for the meter's id in the name of a key file.
inline constexpr std::string_view kIdInKeyFile = "{id}";

/// How the gateway makes itself known to a meter that speaks DLMS, and what the meter can take: the
/// tables [dlms] (for all), [meter.dlms] and [meter_range.dlms]. Secrets stand in files of their
/// own (config/dlms_secrets.hpp).

struct DlmsAccess {
  std::uint16_t client = 1;  ///< our address: SAP of the association to use
  std::uint16_t logical_device =
      1;                            ///< upper HDLC address; on the wrapper the meter's wPort is all
  std::uint8_t address_octets = 0;  ///< of the meter's HDLC address; 0: as few as it fits in
  dlms::AuthenticationMechanism authentication = dlms::AuthenticationMechanism::Lowest;
  dlms::Ciphering ciphering = dlms::Ciphering::None;
  dlms::SecuritySuite suite = dlms::SecuritySuite::Suite0;
  dlms::Protection policy = dlms::Protection::AuthenticatedEncrypted;
  std::optional<dlms::SystemTitle> system_title{};  ///< ours; no other client of the meter has it
  /// The meter's, to know it by when it dials in or pushes; [meter.dlms] alone can say it.
  std::optional<dlms::SystemTitle> meter_title{};
  /// Where the meter tells everybody which invocation counter it saw last.
  cosem::ObisCode counter_object = cosem::invocation_counter_object(0);
  std::filesystem::path key_file;
  std::uint16_t max_pdu = 0xFFFF;          ///< octets of an answer we take in one piece
  std::uint16_t information_octets = 128;  ///< of an HDLC frame, offered
  std::uint8_t window = 1;                 ///< HDLC frames at a time, offered
  /// General blocks at a time; 0: general block transfer is not asked for, since meters that have
  /// it use no other blocks then.
  std::uint8_t block_window = 0;
  std::chrono::seconds idle{20};  ///< an association nobody uses is released

  /// Whether an invocation counter is used up with every APDU.
  [[nodiscard]] bool uses_ciphering_keys() const {
    return ciphering != dlms::Ciphering::None ||
           authentication == dlms::AuthenticationMechanism::HighLevelGmac;
  }
  [[nodiscard]] bool has_secrets() const {
    return uses_ciphering_keys() || authentication != dlms::AuthenticationMechanism::Lowest;
  }

  /// The meter at that physical address of an HDLC line; 0: the logical device alone.
  [[nodiscard]] hdlc::Address hdlc_address(std::uint16_t physical) const {
    const std::uint8_t fewest = physical == 0 && logical_device < 128
                                    ? 1
                                    : (physical < 128 && logical_device < 128 ? 2 : 4);
    return {logical_device, physical, address_octets == 0 ? fewest : address_octets};
  }

  friend bool operator==(const DlmsAccess&, const DlmsAccess&) = default;
};

}  // namespace metergate::config
