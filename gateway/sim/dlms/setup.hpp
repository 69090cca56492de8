// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/sim/dlms/image.hpp"
#include "meters/identity.hpp"
#include "meters/models/dlms_layout.hpp"
#include "protocols/dlms/acse/conformance.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/ciphering_keys.hpp"
#include "protocols/dlms/security/invocation_counter.hpp"
#include "protocols/dlms/security/signing_keys.hpp"
#include "protocols/dlms/security/system_title.hpp"

/// What a virtual meter that speaks DLMS is set up with.
namespace metergate::sim {

/// What the management client has to show. The public client 16 never has to show anything.
enum class DlmsSecurity : std::uint8_t { None, LowLevel, Gmac, EcdsaP256, EcdsaP384 };
/// `none`, `lls`, `gmac`, `ecdsa-p256`, `ecdsa-p384`
[[nodiscard]] std::optional<DlmsSecurity> parse_dlms_security(std::string_view word);
[[nodiscard]] std::string_view dlms_security_word(DlmsSecurity security);

enum class DlmsRights : std::uint8_t {
  Basic,  ///< who the meter is, what time it has, which invocation counter it expects
  Full,
};

/// One client the meter knows, by its address.
struct DlmsClient {
  std::uint16_t number = 16;
  dlms::AuthenticationMechanism mechanism = dlms::AuthenticationMechanism::Lowest;
  crypto::SecretOctets secret{};  ///< password at low level, secret of the digests at high level
  bool ciphered = false;          ///< must use a ciphered context
  DlmsRights rights = DlmsRights::Basic;
};

inline constexpr std::uint16_t kDlmsPublicClient = 16;
inline constexpr std::uint16_t kDlmsManagementClient = 1;

/// What meters in the field can or cannot do.
struct DlmsQuirks {
  bool null_data = true;         ///< profiles leave out what follows from the row before
  bool repeats_counter = false;  ///< pass four shows a counter that was used before
};

struct DlmsObject;  // objects.hpp

struct DlmsSetup {
  std::uint16_t max_pdu = 1024;  ///< of APDUs it takes; what it sends also fits the client's limit
  dlms::Conformance conformance{};
  dlms::SystemTitle title{};
  dlms::CipheringKeys keys{};
  crypto::SecretOctets master_key{};
  /// For a client that shows a signature: the meter's private key, the client's public one.
  std::optional<dlms::SigningKeys> signing{};
  std::vector<DlmsClient> clients{};
  DlmsQuirks quirks{};
  /// What a model that is not the virtual meter's own shows of it; none: its own objects.
  std::shared_ptr<const std::vector<DlmsObject>> objects{};
  /// The one form in which a code may be entered; none: any.
  std::optional<model::TokenEncoding> token_encoding{};
};

/// Everything of IEC 62056-5-3 that the virtual meter can.
[[nodiscard]] dlms::Conformance dlms_conformance();

/// PUBLIC TEST KEYS: title, keys and password follow from the serial number and can be worked out
/// by anybody. They open simulated meters and nothing else.
[[nodiscard]] DlmsSetup dlms_setup(const SerialNumber& serial, DlmsSecurity security,
                                   std::uint16_t client = kDlmsManagementClient);
/// `MG12345678` for serial VM12345678: the password of the management client.
[[nodiscard]] std::string dlms_password(const SerialNumber& serial);

/// The other side of `setup.signing`: what the management client signs with.
[[nodiscard]] std::optional<dlms::SigningKeys> dlms_client_signing(const SerialNumber& serial,
                                                                   DlmsSecurity security);

/// What a gateway needs to open the meter as management client: the key file of a meter (`metergate
/// run`); empty where nothing has to be shown.
[[nodiscard]] std::string dlms_key_file(const SerialNumber& serial, DlmsSecurity security);

/// What outlives associations and connections: the counters under a meter's keys, which `keep`
/// writes down for the next simulator, saying whether it could, and the firmware that is being
/// brought in.
struct DlmsCounters {
  dlms::SendCounter sending{};
  dlms::ReceiveCounter received{};
  std::function<bool(std::uint32_t send_end, std::optional<std::uint32_t> received)> keep{};
  DlmsImage image{};
};

}  // namespace metergate::sim
