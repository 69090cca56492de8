// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>

#include "gateway/cli/dlms/caller.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/sim/dlms/setup.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/octets/hex.hpp"

/// From the options of a command line to a session with a meter.
namespace metergate::cli {
namespace {

Octets random_octets(std::size_t count) {
  Octets out(count);
  crypto::fill_random(out);
  return out;
}

/// What a simulated meter's keys are; nothing for others.
CliResult<std::optional<sim::DlmsSetup>> street_setup(const DlmsMeterOptions& options,
                                                      sim::DlmsSecurity security) {
  if (options.street_serial.empty()) return std::optional<sim::DlmsSetup>{};
  const auto serial = SerialNumber::parse(options.street_serial);
  if (!serial) return failure(usage_error("`" + options.street_serial + "` is no serial number"));
  return std::optional{sim::dlms_setup(*serial, security)};
}

CliResult<crypto::SecretOctets> password(const DlmsMeterOptions& options) {
  if (!options.street_serial.empty()) {
    const auto serial = SerialNumber::parse(options.street_serial);
    if (!serial) return failure(usage_error("`" + options.street_serial + "` is no serial number"));
    const std::string text = sim::dlms_password(*serial);
    return crypto::SecretOctets{Octets(text.begin(), text.end())};
  }
  if (options.password_file.empty()) {
    return failure(usage_error("security `lls` needs --password-file"));
  }
  std::ifstream in{options.password_file};
  std::string line;
  if (!std::getline(in, line) || line.empty() || line.size() > crypto::SecretOctets::kMaxOctets) {
    return failure(
        usage_error(options.password_file + ": must begin with a line of 1 to 64 characters"));
  }
  const crypto::SecretOctets secret{Octets(line.begin(), line.end())};
  crypto::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
  return secret;
}

CliResult<std::uint32_t> last_counter(const std::string& file) {
  const auto text = sim::read_state_file(file);
  if (!text) return failure(CliError{kIoError, text.error()});
  if (!*text) return std::uint32_t{0};
  const bool digits =
      !(*text)->empty() && (*text)->size() < 12 &&
      std::ranges::all_of(**text, [](char c) { return (c >= '0' && c <= '9') || c == '\n'; });
  const std::uint64_t number = digits ? std::stoull(**text) : UINT64_MAX;
  if (number > dlms::SendCounter::kEnd) {
    return failure(usage_error(file + ": must hold one number, an invocation counter"));
  }
  return static_cast<std::uint32_t>(number);
}

/// With GMAC or a signature; ciphered both.
CliResult<Done> add_keys(const DlmsMeterOptions& options, sim::DlmsSecurity security,
                         DlmsCall& call) {
  if (options.counter_file.empty()) {
    return failure(usage_error("security `" + options.security +
                               "` needs --counter-file: a counter must never be used twice"));
  }
  if (options.client_title.empty()) {
    return failure(usage_error("security `" + options.security + "` needs --client-title"));
  }
  const auto title = parse_title("--client-title", options.client_title);
  if (!title) return failure(title.error());
  dlms::ChannelSetup channel{.own = *title};
  const auto street = street_setup(options, security);
  if (!street) return failure(street.error());
  const bool signs = security != sim::DlmsSecurity::Gmac;
  std::optional<dlms::SigningKeys> signing;
  if (*street) {
    channel.keys = (*street)->keys;
    signing = sim::dlms_client_signing(*SerialNumber::parse(options.street_serial), security);
  } else {
    auto keys = read_dlms_keys(options.key_file);
    if (!keys) return failure(keys.error());
    channel.keys = std::move(*keys);
    if (signs) {
      const auto suite = security == sim::DlmsSecurity::EcdsaP256 ? dlms::SecuritySuite::Suite1
                                                                  : dlms::SecuritySuite::Suite2;
      auto read = read_dlms_signing_keys(options.key_file, suite);
      if (!read) return failure(read.error());
      signing = std::move(*read);
      channel.keys.suite = suite;
      if (const auto right = dlms::check_lengths(channel.keys); !right) {
        return failure(usage_error(options.key_file + ": " + right.error().text()));
      }
    }
  }
  const auto counter = last_counter(options.counter_file);
  if (!counter) return failure(counter.error());
  channel.sending = dlms::SendCounter{std::max(*counter, 1U)};
  call.counter_file = options.counter_file;
  call.session.association.mechanism = signs ? dlms::AuthenticationMechanism::HighLevelEcdsa
                                             : dlms::AuthenticationMechanism::HighLevelGmac;
  call.session.association.signing = std::move(signing);
  call.session.association.ciphering = dlms::Ciphering::Global;
  call.session.association.security = std::move(channel);
  return Done{};
}

}  // namespace

CliResult<dlms::SystemTitle> parse_title(const char* option, const std::string& text) {
  const auto octets = hex::parse(text);
  const auto parsed = octets ? dlms::SystemTitle::from(*octets) : std::nullopt;
  if (!parsed) {
    return failure(usage_error(std::string{option} + " `" + text + "`: must be 16 hex digits"));
  }
  return *parsed;
}

CliResult<DlmsCall> dlms_call(const DlmsMeterOptions& options) {
  DlmsCall call;
  dlms::SessionSettings& session = call.session;
  session.carrier = options.device.empty() ? dlms::Carrier::Wrapper : dlms::Carrier::Hdlc;
  session.client_port = options.client;
  session.server_port = options.server;
  session.link.client = hdlc::client_address(options.client);
  session.link.server = {options.server, options.physical,
                         static_cast<std::uint8_t>(options.physical == 0 ? 1 : 4)};
  if (options.physical != 0 && options.server < 128 && options.physical < 128) {
    session.link.server.octets = 2;
  }
  session.association.random = random_octets;
  if (options.security == "lls") {
    auto secret = password(options);
    if (!secret) return failure(secret.error());
    session.association.mechanism = dlms::AuthenticationMechanism::LowLevel;
    session.association.secret = std::move(*secret);
  }
  const auto security = sim::parse_dlms_security(options.security);
  if (security && *security >= sim::DlmsSecurity::Gmac) {
    if (const auto added = add_keys(options, *security, call); !added) {
      return failure(added.error());
    }
  }
  return call;
}

}  // namespace metergate::cli
