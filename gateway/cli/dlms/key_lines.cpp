// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <functional>

#include "gateway/cli/dlms/caller.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "protocols/octets/hex.hpp"

/// The key file of an engineer: a line a key.
namespace metergate::cli {
namespace {

/// `take` gets the name and the hex digits of each line, and says whether they are a key.
CliResult<Done> read_lines(const std::string& file,
                           const std::function<bool(std::string_view, const std::string&)>& take) {
  std::ifstream in{file};
  if (!in) return failure(CliError{kIoError, "cannot read the key file `" + file + "`"});
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    std::erase(line, ' ');
    if (line.empty() || line.front() == '#') continue;
    const std::string name = line.substr(0, 3);
    std::string digits = line.size() > 3 ? line.substr(3) : std::string{};
    const bool taken = !digits.empty() && take(name, digits);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
    crypto::wipe({reinterpret_cast<std::uint8_t*>(digits.data()), digits.size()});
    if (!taken) {
      return failure(
          usage_error(file + ", line " + std::to_string(number) +
                      ": must be `ek = HEX`, `ak = HEX`, `dk = HEX`, `sk = HEX` or `mk = "
                      "HEX`"));
    }
  }
  return Done{};
}

}  // namespace

CliResult<dlms::CipheringKeys> read_dlms_keys(const std::string& file) {
  dlms::CipheringKeys out;
  const auto read = read_lines(file, [&](std::string_view name, const std::string& digits) {
    // Those to sign with are read where somebody signs.
    if (name == "sk=" || name == "mk=") return true;
    const auto key = crypto::SecretOctets::from_hex(digits);
    if (!key || (name != "ek=" && name != "ak=" && name != "dk=")) return false;
    if (name == "ek=") out.unicast = *key;
    if (name == "ak=") out.authentication = *key;
    if (name == "dk=") out.dedicated = *key;
    return true;
  });
  if (!read) return failure(read.error());
  if (out.unicast.size() == 32) out.suite = dlms::SecuritySuite::Suite2;
  if (const auto right = dlms::check_lengths(out); !right) {
    return failure(usage_error(file + ": " + right.error().text()));
  }
  return out;
}

CliResult<dlms::SigningKeys> read_dlms_signing_keys(const std::string& file,
                                                    dlms::SecuritySuite suite) {
  const auto curve = dlms::curve_of(suite).value();
  dlms::SigningKeys out{.suite = suite};
  const auto read = read_lines(file, [&](std::string_view name, const std::string& digits) {
    if (name == "sk=") {
      const auto key = crypto::SecretOctets::from_hex(digits);
      if (!key || !crypto::ec_public_key(curve, *key)) return false;
      out.own = *key;
    } else if (name == "mk=") {
      const auto octets = hex::parse(digits);
      const auto point = octets ? crypto::ec_point(curve, *octets) : std::nullopt;
      if (!point) return false;
      out.peer = *point;
    }
    return true;
  });
  if (!read) return failure(read.error());
  if (out.own.size() == 0 || out.peer.empty()) {
    return failure(usage_error(file +
                               ": needs `sk = HEX`, our private key, and `mk = HEX`, the meter's "
                               "public key"));
  }
  return out;
}

}  // namespace metergate::cli
