// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>

#include "gateway/cli/dlms_caller.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/sim/dlms_setup.hpp"
#include "gateway/sim/state_file.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/octets/hex.hpp"

/// From the options of a command line to a session with a meter.
namespace metergate::cli {
namespace {

CliError usage(std::string text) { return {kUsage, std::move(text)}; }

Octets random_octets(std::size_t count) {
  Octets out(count);
  crypto::fill_random(out);
  return out;
}

/// What a simulated meter's keys are; nothing for others.
CliResult<std::optional<sim::DlmsSetup>> street_setup(const DlmsMeterOptions& options) {
  if (options.street_serial.empty()) return std::optional<sim::DlmsSetup>{};
  const auto serial = SerialNumber::parse(options.street_serial);
  if (!serial) return failure(usage("`" + options.street_serial + "` is no serial number"));
  return std::optional{sim::dlms_setup(*serial, sim::DlmsSecurity::Gmac)};
}

CliResult<crypto::SecretOctets> password(const DlmsMeterOptions& options) {
  if (!options.street_serial.empty()) {
    const auto serial = SerialNumber::parse(options.street_serial);
    if (!serial) return failure(usage("`" + options.street_serial + "` is no serial number"));
    const std::string text = sim::dlms_password(*serial);
    return crypto::SecretOctets{Octets(text.begin(), text.end())};
  }
  if (options.password_file.empty()) {
    return failure(usage("security `lls` needs --password-file"));
  }
  std::ifstream in{options.password_file};
  std::string line;
  if (!std::getline(in, line) || line.empty() || line.size() > crypto::SecretOctets::kMaxOctets) {
    return failure(usage(options.password_file + ": must begin with a line of 1 to 64 characters"));
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
    return failure(usage(file + ": must hold one number, an invocation counter"));
  }
  return static_cast<std::uint32_t>(number);
}

CliResult<Done> add_gmac(const DlmsMeterOptions& options, DlmsCall& call) {
  if (options.counter_file.empty()) {
    return failure(
        usage("security `gmac` needs --counter-file: a counter must never be used twice"));
  }
  if (options.client_title.empty()) return failure(usage("security `gmac` needs --client-title"));
  const auto title = parse_title("--client-title", options.client_title);
  if (!title) return failure(title.error());
  dlms::ChannelSetup channel{.own = *title};
  const auto street = street_setup(options);
  if (!street) return failure(street.error());
  if (*street) {
    channel.keys = (*street)->keys;
  } else {
    auto keys = read_dlms_keys(options.key_file);
    if (!keys) return failure(keys.error());
    channel.keys = std::move(*keys);
  }
  const auto counter = last_counter(options.counter_file);
  if (!counter) return failure(counter.error());
  channel.sending = dlms::SendCounter{std::max(*counter, 1U)};
  call.counter_file = options.counter_file;
  call.session.association.mechanism = dlms::AuthenticationMechanism::HighLevelGmac;
  call.session.association.ciphering = dlms::Ciphering::Global;
  call.session.association.security = std::move(channel);
  return Done{};
}

}  // namespace

CliResult<dlms::SystemTitle> parse_title(const char* option, const std::string& text) {
  const auto octets = hex::parse(text);
  const auto parsed = octets ? dlms::SystemTitle::from(*octets) : std::nullopt;
  if (!parsed) {
    return failure(usage(std::string{option} + " `" + text + "`: must be 16 hex digits"));
  }
  return *parsed;
}

CliResult<dlms::CipheringKeys> read_dlms_keys(const std::string& file) {
  std::ifstream in{file};
  if (!in) return failure(CliError{kIoError, "cannot read the key file `" + file + "`"});
  dlms::CipheringKeys out;
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    std::erase(line, ' ');
    if (line.empty() || line.front() == '#') continue;
    const auto key =
        line.size() > 3 ? crypto::SecretOctets::from_hex(line.substr(3)) : std::nullopt;
    const std::string name = line.substr(0, 3);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
    if (!key || (name != "ek=" && name != "ak=" && name != "dk=")) {
      return failure(usage(file + ", line " + std::to_string(number) +
                           ": must be `ek = HEX`, `ak = HEX` or `dk = HEX`"));
    }
    if (name == "ek=") out.unicast = *key;
    if (name == "ak=") out.authentication = *key;
    if (name == "dk=") out.dedicated = *key;
  }
  if (out.unicast.size() == 32) out.suite = dlms::SecuritySuite::Suite2;
  if (const auto right = dlms::check_lengths(out); !right) {
    return failure(usage(file + ": " + right.error().text()));
  }
  return out;
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
  if (options.security == "gmac") {
    if (const auto added = add_gmac(options, call); !added) return failure(added.error());
  }
  return call;
}

}  // namespace metergate::cli
