// SPDX-License-Identifier: Apache-2.0
#include "config/read_dlms.hpp"

#include "protocols/dlms/general_block.hpp"
#include "protocols/dlms/security/signing_keys.hpp"
#include "protocols/hdlc/parameters.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

using dlms::AuthenticationMechanism;

std::optional<dlms::Ciphering> parse_ciphering(std::string_view word) {
  if (word == "none") return dlms::Ciphering::None;
  if (word == "global") return dlms::Ciphering::Global;
  if (word == "dedicated") return dlms::Ciphering::Dedicated;
  return std::nullopt;
}

std::optional<dlms::Protection> parse_policy(std::string_view word) {
  if (word == "authenticated") return dlms::Protection::Authenticated;
  if (word == "encrypted") return dlms::Protection::Encrypted;
  if (word == "authenticated-encrypted") return dlms::Protection::AuthenticatedEncrypted;
  return std::nullopt;
}

/// What was said of secrets has to go together; what is not there is named.
void judge_secrets(TableReader& in, const DlmsAccess& access) {
  const bool signs = access.authentication == AuthenticationMechanism::HighLevelEcdsa;
  if ((access.uses_ciphering_keys() || signs) && !access.system_title) {
    in.missing("system_title", "16 hex digits that no other client of the meter has");
  }
  if (signs && !dlms::curve_of(access.suite)) {
    constexpr std::string_view kSigning = "1 (P-256) or 2 (P-384), which hls-ecdsa signs with";
    in.has("suite") ? in.contradicts("suite", kSigning) : in.missing("suite", kSigning);
  }
  if (access.has_secrets() && access.key_file.empty()) {
    in.missing("key_file", "a file with the secrets of " +
                               std::string{access.uses_ciphering_keys() && !signs
                                               ? "hls-gmac and ciphering"
                                               : dlms::mechanism_word(access.authentication)});
  }
  if (!access.has_secrets() && in.has("key_file")) {
    in.contradicts("key_file", "none, or an authentication or a ciphering that needs one");
  }
}

}  // namespace

std::optional<AuthenticationMechanism> parse_authentication(std::string_view word) {
  using enum AuthenticationMechanism;
  if (word == "none") return Lowest;
  for (const auto one :
       {LowLevel, HighLevelMd5, HighLevelSha1, HighLevelGmac, HighLevelSha256, HighLevelEcdsa}) {
    if (word == dlms::mechanism_word(one)) return one;
  }
  return std::nullopt;
}

void read_dlms_access(TableReader in, DlmsAccess& into, const std::filesystem::path& base) {
  in.number("client", into.client, {1, 65'535});
  in.number("logical_device", into.logical_device, {1, 16'383});
  in.number("address_octets", into.address_octets, {1, 4});
  if (into.address_octets == 3) in.contradicts("address_octets", "1, 2 or 4");
  in.word<AuthenticationMechanism>("authentication", into.authentication, parse_authentication,
                                   kAuthentications);
  // Whoever proves himself with keys also ciphers, unless told otherwise: what follows the proof
  // would be anybody's.
  if (in.has("authentication")) {
    const bool has_keys = into.authentication == AuthenticationMechanism::HighLevelGmac ||
                          into.authentication == AuthenticationMechanism::HighLevelEcdsa;
    into.ciphering = has_keys ? dlms::Ciphering::Global : dlms::Ciphering::None;
  }
  in.word<dlms::Ciphering>("ciphering", into.ciphering, parse_ciphering,
                           "none, global or dedicated");
  auto suite = static_cast<std::uint8_t>(into.suite);
  in.number("suite", suite, {0, 2});
  into.suite = static_cast<dlms::SecuritySuite>(suite);
  in.word<dlms::Protection>("policy", into.policy, parse_policy,
                            "authenticated, encrypted or authenticated-encrypted");
  const auto title = [](std::string_view text) -> std::optional<dlms::SystemTitle> {
    const auto octets = hex::parse(text);
    return octets ? dlms::SystemTitle::from(*octets) : std::nullopt;
  };
  dlms::SystemTitle ours;
  in.word<dlms::SystemTitle>("system_title", ours, title, "16 hex digits in quotes");
  if (in.has("system_title")) into.system_title = ours;
  dlms::SystemTitle of_meter;
  in.word<dlms::SystemTitle>("meter_title", of_meter, title, "16 hex digits in quotes");
  if (in.has("meter_title")) into.meter_title = of_meter;
  in.word<cosem::ObisCode>("invocation_counter", into.counter_object, cosem::ObisCode::parse,
                           "an OBIS code such as 0-0:43.1.0");
  in.path("key_file", into.key_file, base);
  in.number("max_pdu_octets", into.max_pdu, {64, 65'535});
  in.number("information_octets", into.information_octets,
            {hdlc::kMinInformationOctets, hdlc::kMaxInformationOctets});
  in.number("window", into.window, {1, hdlc::kMaxWindow});
  in.number("block_window", into.block_window, {0, dlms::GeneralBlock::kMaxWindow});
  in.duration("idle_s", into.idle, {1, 3'600});
  judge_secrets(in, into);
  in.finish();
}

void judge_dlms_address(TableReader& in, std::string_view key, const DlmsAccess& access,
                        LineProtocol protocol, std::uint16_t address) {
  if (protocol == LineProtocol::DlmsWrapper) {
    if (address == 0) in.contradicts(key, "the meter's wPort, 1 to 65535");
    return;
  }
  if (!hdlc::fits(hdlc::client_address(access.client))) {
    in.contradicts("dlms", "a client of 1 to 127 in it: HDLC has no room for more");
  }
  if (!hdlc::fits(access.hdlc_address(address))) {
    in.contradicts(key,
                   "an address that fits: with one octet 0, with two up to 127, with four up "
                   "to 16383 (address_octets), and the same for logical_device");
  }
}

bool names_each(const std::filesystem::path& key_file) {
  return key_file.string().find(kIdInKeyFile) != std::string::npos;
}

}  // namespace metergate::config
