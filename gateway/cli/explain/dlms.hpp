// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "protocols/dlms/security/ciphering_keys.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::cli {

/// What is needed to look into ciphered APDUs. Without keys they are taken apart and left closed.
struct DlmsSecrets {
  std::optional<dlms::CipheringKeys> keys{};
  std::optional<dlms::SystemTitle> client{};  ///< who sends requests
  std::optional<dlms::SystemTitle> server{};  ///< who sends responses
};

/// Captured octets field by field: HDLC frames (with their flags), wrapper PDUs, or one APDU.
/// Passwords and dedicated keys are not shown.
[[nodiscard]] std::string explain_dlms(OctetView octets, const DlmsSecrets& secrets);

}  // namespace metergate::cli
