// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit/audit_heads.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <system_error>

#include "gateway/journal/neutral_text.hpp"
#include "gateway/north/audit_checkpoint.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kExpected =
    "the 64 hex digits that `metergate audit head` prints, a message of the topic `audit`, or a "
    "file with one of them a line";
constexpr std::size_t kShown = 40;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<AuditHash> head_in_line(std::string_view line) {
  const auto brace = line.find('{');
  if (brace == std::string_view::npos) return parse_hash(line);
  json::error_code broken;
  const json::value value = json::parse(line.substr(brace), broken);
  const json::object* object = broken ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  for (const char* key : {"hash", "head"}) {
    const json::value* hash = object->if_contains(key);
    if (hash != nullptr && hash->is_string()) return parse_hash(hash->get_string());
  }
  return std::nullopt;
}

/// What every line is, but for those that are empty; the error says which line is none.
Result<std::vector<AuditHash>, std::string> each_line(
    std::string_view text, const std::string& name,
    const std::function<Result<AuditHash, std::string>(std::string_view)>& hash_of) {
  std::vector<AuditHash> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const auto hash = hash_of(line);
    if (!hash) return failure(name + ", line " + std::to_string(number) + ": " + hash.error());
    out.push_back(*hash);
  }
  return out;
}

/// A folder can be opened, and then cannot be read.
std::optional<std::string> text_of(const std::string& file) {
  std::error_code unknown;
  std::ifstream in;
  if (!std::filesystem::is_directory(file, unknown)) in.open(file, std::ios::binary);
  if (!in.is_open()) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

Result<std::vector<AuditHash>, std::string> heads_in_text(std::string_view text,
                                                          const std::string& name) {
  auto out = each_line(text, name, [](std::string_view line) -> Result<AuditHash, std::string> {
    if (const auto hash = head_in_line(line)) return *hash;
    return failure('`' + journal::neutral(line.substr(0, kShown)) +
                   "` holds no hash; expected are " + std::string{kExpected});
  });
  if (out && out->empty()) {
    return failure(name + ": holds no hash; expected are " + std::string{kExpected});
  }
  return out;
}

Result<std::vector<AuditHash>, std::string> heads_in_file(const std::string& file) {
  const auto text = text_of(file);
  if (!text) {
    return failure(file + ": is no hash, and no file that can be read; expected are " +
                   std::string{kExpected});
  }
  return heads_in_text(*text, file);
}

Result<std::vector<AuditHash>, std::string> checkpoints_in_file(
    const std::string& file, const crypto::Ed25519PublicKey& key) {
  const auto text = text_of(file);
  if (!text) return failure(file + ": is no file that can be read");
  auto out = each_line(*text, file, [&](std::string_view line) {
    const auto brace = line.find('{');
    return north::signed_head(line.substr(brace == std::string_view::npos ? 0 : brace), key);
  });
  if (out && out->empty()) return failure(file + ": holds no message of the topic `audit`");
  return out;
}

Result<crypto::Ed25519PublicKey, std::string> public_key_of(const std::string& text) {
  constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
  const std::string held = text_of(text).value_or(text);
  crypto::Ed25519PublicKey key{};
  for (std::size_t at = 0; at < held.size();) {
    const std::size_t begin = held.find_first_of(kHexDigits, at);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(held.find_first_not_of(kHexDigits, begin), held.size());
    at = end;
    if (end - begin != 2 * key.size()) continue;
    const auto octets = hex::parse(std::string_view{held}.substr(begin, end - begin));
    if (!octets) continue;
    std::ranges::copy(*octets, key.begin());
    return key;
  }
  return failure(text +
                 ": is no public key, and no file that holds one; expected are 64 hex digits, as "
                 "`metergate operator make-key` prints them");
}

}  // namespace metergate::cli
