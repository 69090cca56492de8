// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/meter_mqtt/messages.hpp"
#include "meters/time.hpp"

/// One JSON object of a meter's message and its fields, read strictly. Seen by the codec's own
/// sources only.
namespace metergate::meter_mqtt {

/// One JSON object of at most kMaxPayload octets and bounded depth, no name twice in an object. It
/// lies in `memory`, which has to outlive it: of a message that is read once and thrown away, node
/// by node on the heap would cost more than the reading.
[[nodiscard]] Result<boost::json::object, Nonsense> parse_object(
    std::string_view payload, boost::json::monotonic_resource& memory);

/// The first mistake is kept, everything after it yields zeros, so that a structure can be read in
/// one go and judged once.
class FieldReader {
 public:
  explicit FieldReader(const boost::json::object& object, std::string where = {})
      : object_{&object}, where_{std::move(where)} {}

  [[nodiscard]] bool has(std::string_view name) const { return object_->contains(name); }
  /// What stands before the names of fields in a mistake: `params.`
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::string text(std::string_view name);
  /// The same for token digits: they are money, so no error shows what stands there.
  [[nodiscard]] std::string secret(std::string_view name, std::string_view expected);
  /// Text for people's eyes, made fit for a log line and cut; empty when it is absent. Never a
  /// mistake: a meter's verdict is not thrown away because of the words beside it.
  [[nodiscard]] std::string remark(std::string_view name, std::size_t limit);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t least,
                                     std::int64_t greatest);
  /// Any number the type has, or no less than `least`.
  template <std::integral Number>
  [[nodiscard]] Number number(std::string_view name,
                              Number least = std::numeric_limits<Number>::min()) {
    return static_cast<Number>(integer(name, least, std::numeric_limits<Number>::max()));
  }
  [[nodiscard]] bool boolean(std::string_view name);
  [[nodiscard]] UtcSeconds time(std::string_view name);
  [[nodiscard]] std::chrono::sys_days day(std::string_view name);
  [[nodiscard]] const boost::json::array& list(std::string_view name);
  [[nodiscard]] const boost::json::object& child(std::string_view name);

  void wrong(std::string_view name, std::string_view expected);
  void wrong_secret(std::string_view name, std::string_view expected);
  void take_mistake(const FieldReader& inner) {
    if (!mistake_) mistake_ = inner.mistake_;
  }
  /// That of a reader which does not know where it stands: so a page of rows needs no name for
  /// each.
  void take_mistake(const FieldReader& inner, std::string_view where) {
    if (!mistake_ && inner.mistake_) mistake_ = where_ + std::string{where} + *inner.mistake_;
  }
  [[nodiscard]] const std::optional<Nonsense>& mistake() const { return mistake_; }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view name, std::string_view expected);
  /// A text as it stands in the object.
  [[nodiscard]] std::string_view view(std::string_view name);

  const boost::json::object* object_;
  std::string where_;
  std::optional<Nonsense> mistake_;
};

}  // namespace metergate::meter_mqtt
