// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/fields.hpp"

#include "gateway/journal/neutral_text.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {
constexpr std::size_t kShownOctets = 48;
}

const json::value* FieldReader::find(std::string_view name, std::string_view expected) {
  if (mistake_) return nullptr;
  const json::value* found = object_->if_contains(name);
  if (found == nullptr) {
    mistake_ = where_ + std::string{name} + " is missing; expected " + std::string{expected};
  }
  return found;
}

void FieldReader::wrong(std::string_view name, std::string_view expected) {
  if (mistake_) return;
  const json::value* found = object_->if_contains(name);
  const std::string shown =
      found == nullptr ? "missing" : journal::neutral(json::serialize(*found), kShownOctets);
  mistake_ = where_ + std::string{name} + " is " + shown + "; expected " + std::string{expected};
}

void FieldReader::wrong_secret(std::string_view name, std::string_view expected) {
  if (!mistake_) mistake_ = where_ + std::string{name} + " is not " + std::string{expected};
}

std::string_view FieldReader::view(std::string_view name) {
  const json::value* found = find(name, "a text");
  if (found == nullptr) return {};
  if (!found->is_string()) {
    wrong(name, "a text");
    return {};
  }
  return found->get_string();
}

std::string FieldReader::text(std::string_view name) { return std::string{view(name)}; }

std::string FieldReader::secret(std::string_view name, std::string_view expected) {
  const json::value* found = find(name, expected);
  if (found == nullptr) return {};
  if (!found->is_string()) {
    wrong_secret(name, expected);
    return {};
  }
  return std::string{found->get_string()};
}

std::string FieldReader::remark(std::string_view name, std::size_t limit) {
  const json::value* found = object_->if_contains(name);
  if (found == nullptr) return {};
  return found->is_string() ? journal::neutral(std::string_view{found->get_string()}, limit)
                            : journal::neutral(json::serialize(*found), limit);
}

std::int64_t FieldReader::integer(std::string_view name, std::int64_t least,
                                  std::int64_t greatest) {
  const std::string range =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(greatest);
  const json::value* found = find(name, range);
  if (found == nullptr) return least;
  if (!found->is_int64() || found->get_int64() < least || found->get_int64() > greatest) {
    wrong(name, range);
    return least;
  }
  return found->get_int64();
}

bool FieldReader::boolean(std::string_view name) {
  const json::value* found = find(name, "true or false");
  if (found == nullptr) return false;
  if (!found->is_bool()) {
    wrong(name, "true or false");
    return false;
  }
  return found->get_bool();
}

UtcSeconds FieldReader::time(std::string_view name) {
  const auto parsed = rfc3339::parse(view(name));
  if (!parsed) wrong(name, "a time such as 2026-03-01T10:30:00Z");
  return std::chrono::floor<std::chrono::seconds>(parsed.value_or(UtcTime{}));
}

std::chrono::sys_days FieldReader::day(std::string_view name) {
  const auto parsed = rfc3339::parse_date(view(name));
  if (!parsed) wrong(name, "a date such as 2026-03-01");
  return parsed.value_or(std::chrono::sys_days{});
}

const json::array& FieldReader::list(std::string_view name) {
  static const json::array kEmpty;
  const json::value* found = find(name, "a list");
  if (found == nullptr) return kEmpty;
  if (!found->is_array()) {
    wrong(name, "a list");
    return kEmpty;
  }
  return found->get_array();
}

const json::object& FieldReader::child(std::string_view name) {
  static const json::object kEmpty;
  const json::value* found = find(name, "an object");
  if (found == nullptr) return kEmpty;
  if (!found->is_object()) {
    wrong(name, "an object");
    return kEmpty;
  }
  return found->get_object();
}

}  // namespace metergate::meter_mqtt
