// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/body_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace metergate::north {

namespace json = boost::json;

namespace {

constexpr std::size_t kShownLength = 60;
constexpr std::ptrdiff_t kMostDigitsShown = 16;

/// What a refusal may repeat of the caller's own text: short, still UTF-8 after the cut, and never
/// the digits of a token, since twenty digits are money wherever they stand.
std::string shortened(std::string text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  if (digits > kMostDigitsShown) return std::to_string(digits) + " digits";
  if (text.size() <= kShownLength) return text;
  std::size_t end = kShownLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

/// Boost.JSON keeps the last of two equal keys without a word; this only looks for such pairs.
class DuplicateFinder {
 public:
  constexpr static std::size_t max_object_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_array_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_key_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_string_size = static_cast<std::size_t>(-1);

  std::string duplicate;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    keys_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_ += std::string_view{part.data(), part.size()};
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    key_ += std::string_view{part.data(), part.size()};
    if (!keys_.back().insert(key_).second && duplicate.empty()) duplicate = key_;
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string key_;
};

}  // namespace

Result<json::object, Refusal> parse_body(std::string_view payload, const Limits& limits) {
  if (payload.size() > limits.max_payload_octets) {
    return failure(Refusal{Reason::TooLarge, "", std::to_string(payload.size()) + " octets",
                           "at most " + std::to_string(limits.max_payload_octets) + " octets"});
  }
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::error_code error;
  json::value value = json::parse({payload.data(), payload.size()}, error, {}, options);
  if (error == json::error::too_deep) {
    return failure(Refusal{Reason::TooDeep, "", "deeper",
                           "nested at most " + std::to_string(limits.max_depth) + " deep"});
  }
  if (error || !value.is_object()) {
    return failure(Refusal{Reason::MalformedJson, "",
                           error ? error.message() : std::string{"no object"},
                           "one JSON object in UTF-8"});
  }
  json::basic_parser<DuplicateFinder> finder{options};
  json::error_code ignored;
  finder.write_some(false, payload.data(), payload.size(), ignored);
  if (!finder.handler().duplicate.empty()) {
    return failure(Refusal{Reason::MalformedJson, shortened(finder.handler().duplicate),
                           "stands twice", "each field once"});
  }
  return std::move(value.get_object());
}

std::string BodyReader::shown(std::string_view key) const {
  const json::value* found = object_->if_contains(key);
  if (found == nullptr) return {};
  return shortened(found->is_string() ? std::string{found->get_string()} : json::serialize(*found));
}

void BodyReader::refuse(Reason reason, std::string_view key, std::string expected) {
  refuse(Refusal{reason, where_ + shortened(std::string{key}), shown(key), std::move(expected)});
}

void BodyReader::allow(std::initializer_list<std::string_view> keys) {
  for (const auto& entry : *object_) {
    const std::string_view key{entry.key().data(), entry.key().size()};
    if (std::ranges::find(keys, key) != keys.end()) continue;
    std::string allowed;
    for (const std::string_view one : keys)
      allowed += (allowed.empty() ? "" : ", ") + std::string{one};
    return refuse(Reason::UnknownField, key,
                  keys.size() == 0 ? "no fields here" : "one of " + allowed);
  }
}

const json::value* BodyReader::find(std::string_view key, std::string_view expected) {
  if (refusal_) return nullptr;
  const json::value* found = object_->if_contains(key);
  if (found == nullptr) refuse(Reason::MissingField, key, std::string{expected});
  return found;
}

std::string BodyReader::text(std::string_view key) {
  const json::value* found = find(key, "a text");
  if (found == nullptr) return {};
  if (!found->is_string()) {
    refuse(Reason::WrongType, key, "a text");
    return {};
  }
  return std::string{found->get_string()};
}

bool BodyReader::boolean(std::string_view key) {
  const json::value* found = find(key, "true or false");
  if (found == nullptr) return false;
  if (!found->is_bool()) {
    refuse(Reason::WrongType, key, "true or false");
    return false;
  }
  return found->get_bool();
}

std::int64_t BodyReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const std::string expected =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const json::value* value = find(key, expected);
  if (value == nullptr) return least;
  json::error_code inexact;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(inexact) : 0;
  if (!value->is_number()) {
    refuse(Reason::WrongType, key, expected);
    return least;
  }
  if (inexact || number < least || number > most) {
    refuse(Reason::OutOfRange, key, expected);
    return least;
  }
  return number;
}

UtcTime BodyReader::time(std::string_view key) {
  const std::string given = text(key);
  if (refusal_) return {};
  const auto parsed = rfc3339::parse(given);
  if (!parsed) refuse(Reason::OutOfRange, key, "an RFC 3339 time such as 2026-03-01T10:17:00Z");
  return parsed.value_or(UtcTime{});
}

const json::array& BodyReader::list(std::string_view key) {
  static const json::array kEmpty;
  const json::value* found = find(key, "a list");
  if (found == nullptr) return kEmpty;
  if (!found->is_array()) {
    refuse(Reason::WrongType, key, "a list");
    return kEmpty;
  }
  return found->get_array();
}

const json::object& BodyReader::child(std::string_view key) {
  static const json::object kEmpty;
  const json::value* found = find(key, "an object");
  if (found == nullptr) return kEmpty;
  if (!found->is_object()) {
    refuse(Reason::WrongType, key, "an object");
    return kEmpty;
  }
  return found->get_object();
}

}  // namespace metergate::north
