// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/setup.hpp"

#include <array>

#include "protocols/crypto/hash.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::sim {
namespace {

constexpr std::array<std::string_view, 5> kSecurityWords{"none", "lls", "gmac", "ecdsa-p256",
                                                         "ecdsa-p384"};

crypto::Sha256Digest derived(const SerialNumber& serial, std::string_view what) {
  constexpr std::string_view kName = "metergate virtual DLMS meter, public test keys";
  const std::string message = std::string{what} + ' ' + serial.text();
  return crypto::hmac_sha256(Octets(kName.begin(), kName.end()),
                             Octets(message.begin(), message.end()));
}

bool signs(DlmsSecurity security) {
  return security == DlmsSecurity::EcdsaP256 || security == DlmsSecurity::EcdsaP384;
}

dlms::SecuritySuite suite_of(DlmsSecurity security) {
  if (security == DlmsSecurity::EcdsaP256) return dlms::SecuritySuite::Suite1;
  return security == DlmsSecurity::EcdsaP384 ? dlms::SecuritySuite::Suite2
                                             : dlms::SecuritySuite::Suite0;
}

crypto::SecretOctets key(const SerialNumber& serial, std::string_view what, std::size_t octets) {
  Octets out;
  for (unsigned part = 0; out.size() < octets; ++part) {
    std::string name{what};
    if (part > 0) name += ' ' + std::to_string(part);
    const auto digest = derived(serial, name);
    out.insert(out.end(), digest.begin(), digest.end());
  }
  return crypto::SecretOctets{OctetView{out}.first(octets)};
}

/// Below the order of the group, which begins with one bits.
crypto::SecretOctets private_key(const SerialNumber& serial, std::string_view what,
                                 crypto::Curve curve) {
  const crypto::SecretOctets any = key(serial, what, crypto::scalar_octets(curve));
  Octets octets(any.view().begin(), any.view().end());
  octets.front() &= 0x7F;
  return crypto::SecretOctets{octets};
}

std::optional<dlms::SigningKeys> signing_keys(const SerialNumber& serial, DlmsSecurity security,
                                              std::string_view own, std::string_view peer) {
  const dlms::SecuritySuite suite = suite_of(security);
  const auto curve = dlms::curve_of(suite);
  if (!curve) return std::nullopt;
  return dlms::SigningKeys{
      .suite = suite,
      .own = private_key(serial, own, *curve),
      .peer = crypto::ec_public_key(*curve, private_key(serial, peer, *curve)).value()};
}

constexpr std::string_view kMeterSigns = "signing key";
constexpr std::string_view kClientSigns = "signing key of the client";

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
  if (signs(security)) {
    client.mechanism = dlms::AuthenticationMechanism::HighLevelEcdsa;
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
          Service::GeneralBlockTransfer,
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

std::optional<dlms::SigningKeys> dlms_client_signing(const SerialNumber& serial,
                                                     DlmsSecurity security) {
  auto keys = signing_keys(serial, security, kClientSigns, kMeterSigns);
  if (keys) keys->peer_title = title_of(serial);
  return keys;
}

std::string dlms_key_file(const SerialNumber& serial, DlmsSecurity security) {
  const std::string remark = "# PUBLIC TEST SECRETS of the simulated meter " + serial.text() + "\n";
  if (security == DlmsSecurity::LowLevel) {
    return remark + "password = \"" + dlms_password(serial) + "\"\n";
  }
  if (security == DlmsSecurity::None) return {};
  const DlmsSetup meter = dlms_setup(serial, security);
  std::string out = remark + "encryption_key = \"" + hex::text(meter.keys.unicast.view()) +
                    "\"\nauthentication_key = \"" + hex::text(meter.keys.authentication.view()) +
                    "\"\n";
  if (const auto signing = dlms_client_signing(serial, security)) {
    out += "signing_key = \"" + hex::text(signing->own.view()) + "\"\nmeter_public_key = \"" +
           hex::text(signing->peer) + "\"\n";
  }
  return out;
}

DlmsSetup dlms_setup(const SerialNumber& serial, DlmsSecurity security, std::uint16_t client) {
  DlmsSetup setup{.conformance = dlms_conformance(), .title = title_of(serial)};
  setup.keys.suite = suite_of(security);
  const std::size_t octets = dlms::key_octets(setup.keys.suite);
  setup.keys.unicast = key(serial, "encryption key", octets);
  setup.keys.authentication = key(serial, "authentication key", octets);
  setup.master_key = key(serial, "master key", octets);
  setup.signing = signing_keys(serial, security, kMeterSigns, kClientSigns);
  setup.clients.push_back({});
  setup.clients.push_back(management(serial, security, client));
  return setup;
}

}  // namespace metergate::sim
