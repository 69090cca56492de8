// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "meters/registry.hpp"
#include "protocols/iso8601/rfc3339.hpp"

// Identifiers and times need no escapes in JSON: is_identifier() lets nothing through that would.
namespace metergate::registry {
namespace {

/// The members of a JSON object, one after the other.
class Members {
 public:
  Members& add(std::string_view name, std::string_view text) {
    return add_json(name, '"' + std::string{text} + '"');
  }
  template <typename Id>
  Members& add(std::string_view name, const std::optional<Id>& id) {
    return id ? add(name, id->text()) : *this;
  }
  Members& add_json(std::string_view name, const std::string& json) {
    text_ += (text_.empty() ? "\"" : ",\"") + std::string{name} + "\":" + json;
    return *this;
  }
  [[nodiscard]] std::string object() const { return '{' + text_ + '}'; }

 private:
  std::string text_;
};

template <typename List, typename Text>
std::string array_of(const List& list, Text&& text_of) {
  std::string out;
  for (const auto& each : list) out += (out.empty() ? "" : ",") + text_of(each);
  return '[' + out + ']';
}

std::string placement_json(const Placement& link) {
  return Members{}.add("meter", link.meter.text()).add("location", link.location.text()).object();
}

std::string occupancy_json(const Occupancy& link) {
  return Members{}
      .add("customer", link.customer.text())
      .add("location", link.location.text())
      .object();
}

std::string cot_json(const CotDue& due) {
  Members out;
  out.add("meter", due.meter.text()).add("left", due.left).add("entered", due.entered);
  if (!due.command.empty()) out.add("command", due.command);
  return out.object();
}

}  // namespace

std::string_view change_word(const Change& change) {
  static constexpr std::array<std::string_view, std::variant_size_v<Change>> kWords{
      "assign", "unassign", "move-out", "move-in", "move", "replace"};
  return kWords[change.index()];
}

std::string_view refusal_word(Refusal::Reason reason) {
  switch (reason) {
    case Refusal::Reason::MeterPlaced:
      return "meter-placed";
    case Refusal::Reason::MeterNotPlaced:
      return "meter-not-placed";
    case Refusal::Reason::LocationTaken:
      return "location-taken";
    case Refusal::Reason::LocationOccupied:
      return "location-occupied";
    case Refusal::Reason::CustomerNotThere:
      return "customer-not-there";
    case Refusal::Reason::SamePlace:
      return "same-place";
    case Refusal::Reason::TooEarly:
      return "too-early";
    case Refusal::Reason::InFuture:
      return "in-future";
  }
  return {};
}

std::string details_json(const Order& order, const Effect& effect) {
  Members out;
  out.add("change", change_word(order.change)).add("effective", rfc3339::text(order.effective));
  const auto add_links = [&](std::string_view name, const auto& links, auto&& text_of) {
    if (!links.empty()) out.add_json(name, array_of(links, text_of));
  };
  add_links("taken_off", effect.ended, placement_json);
  add_links("placed", effect.begun, placement_json);
  add_links("moved_out", effect.left, occupancy_json);
  add_links("moved_in", effect.entered, occupancy_json);
  add_links("cot_due", effect.cot_due, cot_json);
  return out.object();
}

}  // namespace metergate::registry
