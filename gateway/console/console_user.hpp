// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/command.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/scrypt.hpp"
#include "protocols/crypto/secret_octets.hpp"
#include "protocols/result.hpp"

/// Who may log in to the console. Pure: text in, text out.
namespace metergate::console {

/// The verbs the console has a form for.
inline constexpr std::array kConsoleVerbs{Verb::Read,       Verb::Synchronise,   Verb::SetRelay,
                                          Verb::SetClock,   Verb::Cancel,        Verb::DeliverToken,
                                          Verb::IssueToken, Verb::ChangeTenancy, Verb::SetTariff};
/// `read, synchronise, ...`
[[nodiscard]] std::string console_verb_words();

/// A password as it is kept: what scrypt makes of it.
struct PasswordHash {
  static constexpr std::size_t kSaltOctets = 16;
  static constexpr std::size_t kKeyOctets = 32;

  crypto::ScryptCost cost;
  std::array<std::uint8_t, kSaltOctets> salt{};
  crypto::SecretOctets key;
};
inline constexpr std::size_t kShortestPassword = 10;
inline constexpr std::size_t kLongestPassword = 256;

/// Takes tens of milliseconds and 32 MB: never on the loop. Nothing where OpenSSL has no memory.
[[nodiscard]] std::optional<PasswordHash> hash_password(OctetView password);
/// Takes the same time for every password of one cost.
[[nodiscard]] bool matches(const PasswordHash& kept, OctetView password);
/// Matches nothing and costs as much as a user's: it is asked when there is no such user.
[[nodiscard]] PasswordHash nobodys_password();

struct ConsoleUser {
  std::string name;
  std::string operator_name;  ///< of the configuration; their roles judge what is sent
  /// What may be sent at all, as the broker's access list says it per topic; none: looks only.
  std::vector<Verb> verbs;
  PasswordHash password;
};

/// The users file: a line each, comments begin with `#`. An error names the line and what would be
/// right, and repeats nothing of the line.
[[nodiscard]] Result<std::vector<ConsoleUser>, std::string> parse_users(std::string_view text);
[[nodiscard]] std::string users_text(const std::vector<ConsoleUser>& users);

/// Changes with anything in the user's entry: a login of before is none any more.
[[nodiscard]] crypto::Sha256Digest credentials_of(const ConsoleUser& user);

}  // namespace metergate::console
