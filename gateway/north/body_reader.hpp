// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/north/request.hpp"

namespace metergate::north {

/// Parses one JSON object within the limits; duplicate keys are a mistake, since nobody can say
/// which of the two was meant.
[[nodiscard]] Result<boost::json::object, Refusal> parse_body(std::string_view payload,
                                                              const Limits& limits);

/// Reads the fields of one object strictly. The first mistake is kept as a refusal; everything read
/// after it is empty, so that a body can be read in one go and judged once.
class BodyReader {
 public:
  BodyReader(const boost::json::object& object, std::string where)
      : object_{&object}, where_{std::move(where)} {}

  /// Every key must be one of these.
  void allow(std::initializer_list<std::string_view> keys);
  [[nodiscard]] bool has(std::string_view key) const { return object_->contains(key); }
  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key);
  /// A whole number from `least` to `most`.
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most);
  [[nodiscard]] UtcTime time(std::string_view key);
  [[nodiscard]] const boost::json::array& list(std::string_view key);
  [[nodiscard]] const boost::json::object& child(std::string_view key);

  void refuse(Reason reason, std::string_view key, std::string expected);
  void refuse(Refusal refusal) {
    if (!refusal_) refusal_ = std::move(refusal);
  }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view key, std::string_view expected);
  [[nodiscard]] std::string shown(std::string_view key) const;

  const boost::json::object* object_;
  std::string where_;
  std::optional<Refusal> refusal_;
};

}  // namespace metergate::north
