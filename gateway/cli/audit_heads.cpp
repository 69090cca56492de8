// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit_heads.hpp"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "gateway/journal/neutral_text.hpp"

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

}  // namespace

Result<std::vector<AuditHash>, std::string> heads_in_text(std::string_view text,
                                                          const std::string& name) {
  std::vector<AuditHash> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const auto hash = head_in_line(line);
    if (!hash) {
      return failure(name + ", line " + std::to_string(number) + ": `" +
                     journal::neutral(line.substr(0, kShown)) + "` holds no hash; expected are " +
                     std::string{kExpected});
    }
    out.push_back(*hash);
  }
  if (out.empty()) {
    return failure(name + ": holds no hash; expected are " + std::string{kExpected});
  }
  return out;
}

Result<std::vector<AuditHash>, std::string> heads_in_file(const std::string& file) {
  // A folder can be opened, and then cannot be read.
  std::error_code unknown;
  std::ifstream in;
  if (!std::filesystem::is_directory(file, unknown)) in.open(file, std::ios::binary);
  if (!in.is_open()) {
    return failure(file + ": is no hash, and no file that can be read; expected are " +
                   std::string{kExpected});
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return heads_in_text(text, file);
}

}  // namespace metergate::cli
