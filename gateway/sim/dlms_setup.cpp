// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms_setup.hpp"

#include <array>

#include "protocols/crypto/hash.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::sim {
namespace {

constexpr std::array<std::string_view, 3> kSecurityWords{"none", "lls", "gmac"};

crypto::Sha256Digest derived(const SerialNumber& serial, std::string_view what) {
  constexpr std::string_view kName = "metergate virtual DLMS meter, public test keys";
  const std::string message = std::string{what} + ' ' + serial.text();
  return crypto::hmac_sha256(Octets(kName.begin(), kName.end()),
                             Octets(message.begin(), message.end()));
}

crypto::SecretOctets key(const SerialNumber& serial, std::string_view what) {
  return crypto::SecretOctets{OctetView{derived(serial, what)}.first(16)};
}

dlms::SystemTitle title_of(const SerialNumber& serial) {
  std::array<std::uint8_t, dlms::SystemTitle::kOctets> octets{'M', 'T', 'G'};
  const auto rest = derived(serial, "system title");
  std::copy_n(rest.begin(), 5, octets.begin() + 3);
  return dlms::SystemTitle{octets};
}

DlmsClient management(const SerialNumber& serial, DlmsSecurity security, std::uint16_t number) {
  DlmsClient client{.number = number, .rights = DlmsRights::Full};
  if (security == DlmsSecurity::LowLevel) {
    const std::string password = dlms_password(serial);
    client.mechanism = dlms::AuthenticationMechanism::LowLevel;
    client.secret = crypto::SecretOctets{Octets(password.begin(), password.end())};
  }
  if (security == DlmsSecurity::Gmac) {
    client.mechanism = dlms::AuthenticationMechanism::HighLevelGmac;
    client.ciphered = true;
  }
  return client;
}

}  // namespace

std::optional<DlmsSecurity> parse_dlms_security(std::string_view word) {
  const auto found = std::ranges::find(kSecurityWords, word);
  if (found == kSecurityWords.end()) return std::nullopt;
  return static_cast<DlmsSecurity>(found - kSecurityWords.begin());
}

std::string_view dlms_security_word(DlmsSecurity security) {
  return kSecurityWords[static_cast<std::size_t>(security)];
}

dlms::Conformance dlms_conformance() {
  using dlms::Service;
  return {Service::GeneralProtection,
          Service::BlockTransferWithGet,
          Service::BlockTransferWithSet,
          Service::BlockTransferWithAction,
          Service::MultipleReferences,
          Service::Get,
          Service::Set,
          Service::SelectiveAccess,
          Service::Action};
}

std::string dlms_password(const SerialNumber& serial) {
  std::string password{serial.text()};
  password.replace(0, std::min<std::size_t>(2, password.size()), "MG");
  return password;
}

std::string dlms_key_file(const SerialNumber& serial, DlmsSecurity security) {
  const std::string remark = "# PUBLIC TEST SECRETS of the simulated meter " + serial.text() + "\n";
  if (security == DlmsSecurity::LowLevel) {
    return remark + "password = \"" + dlms_password(serial) + "\"\n";
  }
  if (security == DlmsSecurity::None) return {};
  const dlms::CipheringKeys keys = dlms_setup(serial, security).keys;
  return remark + "encryption_key = \"" + hex::text(keys.unicast.view()) +
         "\"\nauthentication_key = \"" + hex::text(keys.authentication.view()) + "\"\n";
}

DlmsSetup dlms_setup(const SerialNumber& serial, DlmsSecurity security, std::uint16_t client) {
  DlmsSetup setup{.conformance = dlms_conformance(), .title = title_of(serial)};
  setup.keys.unicast = key(serial, "encryption key");
  setup.keys.authentication = key(serial, "authentication key");
  setup.master_key = key(serial, "master key");
  setup.clients.push_back({});
  setup.clients.push_back(management(serial, security, client));
  return setup;
}

}  // namespace metergate::sim
