// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/console_user.hpp"

#include <algorithm>
#include <charconv>

#include "meters/identity.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::console {
namespace {

constexpr std::string_view kHead =
    "# Logins of metergate's web console, written by `metergate console-user`.\n";
constexpr std::size_t kMostUsers = 100;

std::string_view next_word(std::string_view& text, char separator) {
  const std::string_view word = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

/// `key=value`; nothing when the word is not of that key.
std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.substr(key.size(), 1) != "=") return std::nullopt;
  return word.substr(key.size() + 1);
}

std::optional<std::uint8_t> small_number(std::string_view text) {
  std::uint8_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || at != end) return std::nullopt;
  return value;
}

std::optional<crypto::ScryptCost> cost_of(std::string_view text) {
  const auto log2_n = small_number(next_word(text, ','));
  const auto r = small_number(next_word(text, ','));
  const auto p = small_number(text);
  if (!log2_n || !r || !p) return std::nullopt;
  const crypto::ScryptCost cost{*log2_n, *r, *p};
  if (!cost.acceptable()) return std::nullopt;
  return cost;
}

std::optional<std::vector<Verb>> verbs_of(std::string_view text) {
  std::vector<Verb> out;
  while (!text.empty()) {
    const auto verb = parse_verb(next_word(text, ','));
    if (!verb || std::ranges::find(kConsoleVerbs, *verb) == kConsoleVerbs.end()) {
      return std::nullopt;
    }
    out.push_back(*verb);
  }
  return out;
}

std::optional<ConsoleUser> user_of(std::string_view line) {
  ConsoleUser user;
  user.name = next_word(line, ' ');
  const auto operator_name = value_of(next_word(line, ' '), "operator");
  const auto may = value_of(next_word(line, ' '), "may");
  const auto cost_text = value_of(next_word(line, ' '), "scrypt");
  const auto salt_text = value_of(next_word(line, ' '), "salt");
  const auto key_text = value_of(next_word(line, ' '), "key");
  if (!operator_name || !may || !cost_text || !salt_text || !key_text || !line.empty()) {
    return std::nullopt;
  }
  user.operator_name = *operator_name;
  const auto verbs = verbs_of(*may);
  const auto cost = cost_of(*cost_text);
  const auto salt = crypto::SecretOctets::from_hex(*salt_text);
  auto key = crypto::SecretOctets::from_hex(*key_text);
  const bool is_whole = is_identifier(user.name) && is_identifier(user.operator_name) && verbs &&
                        cost && salt && salt->size() == PasswordHash::kSaltOctets && key &&
                        key->size() == PasswordHash::kKeyOctets;
  if (!is_whole) return std::nullopt;
  user.verbs = *verbs;
  user.password.cost = *cost;
  std::ranges::copy(salt->view(), user.password.salt.begin());
  user.password.key = std::move(*key);
  return user;
}

std::string line_of(const ConsoleUser& user) {
  std::string may;
  for (const Verb verb : user.verbs) {
    may += (may.empty() ? "" : ",") + std::string{traits_of(verb).word};
  }
  const crypto::ScryptCost& cost = user.password.cost;
  return user.name + " operator=" + user.operator_name + " may=" + may +
         " scrypt=" + std::to_string(cost.log2_n) + ',' + std::to_string(cost.r) + ',' +
         std::to_string(cost.p) + " salt=" + hex::compact(user.password.salt) +
         " key=" + hex::compact(user.password.key.view());
}

}  // namespace

std::string console_verb_words() {
  std::string out;
  for (const Verb verb : kConsoleVerbs) {
    out += (out.empty() ? "" : ", ") + std::string{traits_of(verb).word};
  }
  return out;
}

std::optional<PasswordHash> hash_password(OctetView password) {
  PasswordHash out;
  out.salt = crypto::random_octets<PasswordHash::kSaltOctets>();
  auto key = crypto::scrypt(password, out.salt, out.cost, PasswordHash::kKeyOctets);
  if (!key) return std::nullopt;
  out.key = std::move(*key);
  return out;
}

bool matches(const PasswordHash& kept, OctetView password) {
  const auto made = crypto::scrypt(password, kept.salt, kept.cost, PasswordHash::kKeyOctets);
  return made && kept.key.size() == PasswordHash::kKeyOctets && *made == kept.key;
}

PasswordHash nobodys_password() { return {}; }

Result<std::vector<ConsoleUser>, std::string> parse_users(std::string_view text) {
  std::vector<ConsoleUser> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = next_word(text, '\n');
    if (line.empty() || line.starts_with('#')) continue;
    const std::string where = "line " + std::to_string(number) + ": ";
    auto user = user_of(line);
    if (!user) {
      return failure(where +
                     "`name operator=... may=... scrypt=... salt=... key=...` is expected, "
                     "as `metergate console-user add` writes it; may: " +
                     console_verb_words());
    }
    if (std::ranges::find(out, user->name, &ConsoleUser::name) != out.end()) {
      return failure(where + "a name that stands there once");
    }
    if (out.size() == kMostUsers) {
      return failure(where + "at most " + std::to_string(kMostUsers) + " users");
    }
    out.push_back(std::move(*user));
  }
  return out;
}

std::string users_text(const std::vector<ConsoleUser>& users) {
  std::string out{kHead};
  for (const ConsoleUser& user : users) out += line_of(user) + '\n';
  return out;
}

crypto::Sha256Digest credentials_of(const ConsoleUser& user) {
  const std::string line = line_of(user);
  return crypto::sha256(octets_of(line));
}

}  // namespace metergate::console
