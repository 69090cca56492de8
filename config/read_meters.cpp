// SPDX-License-Identifier: Apache-2.0
#include "config/read_meters.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "config/nearest_word.hpp"
#include "config/read_dlms.hpp"
#include "config/read_tokens.hpp"
#include "meters/command.hpp"
#include "meters/identifier_rule.hpp"
#include "protocols/iec62056_21/sign_on.hpp"

namespace metergate::config {
namespace {

constexpr std::int64_t kMaxRange = 100'000;
constexpr Bounds kAddress{1, 247};  // Modbus over Serial Line V1.02, 2.2
constexpr std::string_view kNoAddress =
    "none on this line: each meter has a way of its own; its wPort is logical_device in [dlms]";
constexpr std::string_view kNoNumber =
    "none on this line: a meter in mode C is known by device_address";

/// The addresses there are on a line.
Bounds addresses(const Line* line) {
  if (line != nullptr && line->protocol == LineProtocol::Modbus) return kAddress;
  return {0, 65'535};  // judge_dlms_address knows more
}

std::string_view no_address(const Line& line) {
  return line.protocol == LineProtocol::ModeC ? kNoNumber : kNoAddress;
}

/// Collects meters and notices two of a kind.
class MeterList {
 public:
  MeterList(const Configuration& known, std::shared_ptr<const DlmsAccess> usual,
            std::filesystem::path base)
      : known_{known}, usual_dlms_{std::move(usual)}, base_{std::move(base)} {}

  [[nodiscard]] const Line* line_of(const Meter& meter) const {
    const auto found = std::ranges::find(known_.lines, meter.line, &Line::name);
    return found == known_.lines.end() ? nullptr : &*found;
  }

  /// The table [meter.dlms], if there is one; what it does not say stands in [dlms].
  void read_dlms(TableReader& in, Meter& meter) const {
    const Line* line = line_of(meter);
    auto table = in.table("dlms");
    if (line == nullptr || !line->is_dlms()) {
      if (table && (line != nullptr || meter.line.empty())) {
        in.contradicts("dlms", "none, or a line with protocol = \"dlms\"");
      }
      return;
    }
    if (!table) {
      meter.dlms = usual_dlms_;
      return;
    }
    DlmsAccess access = *usual_dlms_;
    read_dlms_access(*table, access, base_);
    meter.dlms = std::make_shared<const DlmsAccess>(std::move(access));
  }

  void judge_place(TableReader& in, const Meter& meter) {
    if (meter.line.empty()) {
      if (!known_.mqtt_meters) {
        in.contradicts(in.has("line") ? "line" : "topic_name",
                       "a line, or an MQTT meter with an [mqtt_meters] table");
      }
      for (const std::string_view key : {"address", "first_address"}) {
        if (in.has(key)) in.contradicts(key, "no address without a line");
      }
    } else {
      if (line_of(meter) == nullptr) {
        in.contradicts("line", names("a line: ", known_.lines));
      }
      const Line* line = line_of(meter);
      const bool on_mqtt = line != nullptr && line->on_mqtt();
      if (!on_mqtt && (in.has("topic_name") || in.has("topic_prefix"))) {
        in.contradicts("line", "either a line or a topic name");
      }
      if (line != nullptr && line->dials_in()) judge_caller(in, meter);
    }
    if (std::ranges::find(known_.schedules, meter.schedule, &Schedule::name) ==
        known_.schedules.end()) {
      in.contradicts("schedule", names("a schedule: ", known_.schedules));
    }
  }

  /// The place of the next meter on a line whose meters have no addresses.
  [[nodiscard]] std::uint16_t next_place(const std::string& line) const {
    const auto last = addresses_.lower_bound({line + '\0', 0});
    const bool any = last != addresses_.begin() && std::prev(last)->first == line;
    return static_cast<std::uint16_t>(any ? std::prev(last)->second + 1 : 1);
  }

  /// False when it is in the way of another meter.
  bool add(TableReader& in, std::string_view id_key, Meter meter) {
    bool alone = true;
    if (meter.id == box_id()) {
      in.contradicts(id_key, "another name; " + meter.id.text() + " is the box itself");
      alone = false;
    }
    if (!ids_.insert(meter.id.text()).second) {
      in.contradicts(id_key, "a name no other meter has; " + meter.id.text() + " is taken");
      alone = false;
    }
    if (!judge_device_address(in, meter)) alone = false;
    if (!meter.line.empty() && !addresses_.insert({meter.line, meter.address}).second) {
      in.contradicts(in.has("address") ? "address" : "first_address",
                     "an address no other meter of line " + meter.line + " has; " +
                         std::to_string(meter.address) + " is taken");
      alone = false;
    }
    const std::string& topic = meter.topic_name.empty() ? meter.id.text() : meter.topic_name;
    const Line* line = line_of(meter);
    const bool has_topics = meter.line.empty() || (line != nullptr && line->on_mqtt());
    if (has_topics && !topics_.insert({meter.line, topic}).second) {
      in.contradicts(in.has("topic_name") || id_key == "id" ? "topic_name" : "topic_prefix",
                     "a topic name no other meter has; " + topic + " is taken");
      alone = false;
    }
    meters_.push_back(std::move(meter));
    return alone;
  }

  [[nodiscard]] std::vector<Meter> take() { return std::move(meters_); }

 private:
  /// A request message without a device address is answered by whoever hears it.
  [[nodiscard]] bool judge_device_address(TableReader& in, const Meter& meter) {
    const Line* line = line_of(meter);
    const auto* serial = line == nullptr ? nullptr : std::get_if<SerialLine>(&line->access);
    if (serial == nullptr || !serial->opening_baud) {
      if (in.has("device_address")) {
        in.contradicts("device_address",
                       "none, or a line with protocol = \"mode-c\" or opening = \"mode-e\"");
      }
      return true;
    }
    auto& there = device_addresses_[meter.line];
    const bool alone = there.empty() || (!meter.device_address.empty() && !there.contains(""));
    if (!alone) {
      in.missing("device_address",
                 "one for each meter of line " + meter.line + ", for it has more than one");
      return false;
    }
    if (there.insert(meter.device_address).second) return true;
    in.contradicts("device_address", "an address no other meter of line " + meter.line + " has; " +
                                         meter.device_address + " is taken");
    return false;
  }

  /// Who calls has to say something that is his alone.
  static void judge_caller(TableReader& in, const Meter& meter) {
    if (in.has("prefix")) {
      in.contradicts("line", "meters that dial in one by one in [[meter]], each with its serial");
    } else if (meter.serial.empty() && !(meter.dlms && meter.dlms->meter_title)) {
      in.missing("serial",
                 "what a meter that dials in is known by, or meter_title in [meter.dlms]");
    }
  }

  template <typename List>
  [[nodiscard]] static std::string names(std::string text, const List& list) {
    const std::string begin = text;
    for (const auto& one : list) text += (text == begin ? "" : ", ") + one.name;
    return text == begin ? begin + "none is configured" : text;
  }

  const Configuration& known_;
  std::shared_ptr<const DlmsAccess> usual_dlms_;
  std::filesystem::path base_;
  std::set<std::string> ids_;
  std::set<std::pair<std::string, std::string>> topics_;  ///< with their line
  std::set<std::pair<std::string, std::uint16_t>> addresses_;
  std::map<std::string, std::set<std::string>> device_addresses_;  ///< by line
  std::vector<Meter> meters_;
};

Meter template_meter() { return {*MeterId::parse("-"), {}, {}, 0, {}, {}, "default"}; }

void read_meter(TableReader& in, MeterList& list) {
  Meter meter = template_meter();
  std::string id;
  in.text("id", id, Need::Required);
  in.text("model", meter.model, Need::Required);
  in.text("line", meter.line);
  const Line* line = list.line_of(meter);
  // Behind an endpoint of its own a meter is wPort 1, the management logical device.
  const bool on_wrapper = line != nullptr && line->protocol == LineProtocol::DlmsWrapper;
  if (on_wrapper) meter.address = 1;
  const bool has_address = line == nullptr || line->has_addresses();
  in.number("address", meter.address, addresses(line),
            meter.line.empty() || on_wrapper || !has_address ? Need::Optional : Need::Required);
  if (!has_address) {
    if (in.has("address")) in.contradicts("address", no_address(*line));
    meter.address = list.next_place(meter.line);
  }
  list.read_dlms(in, meter);
  if (meter.dlms) judge_dlms_address(in, "address", *meter.dlms, line->protocol, meter.address);
  in.text("device_address", meter.device_address);
  if (!iec62056_21::is_device_address(meter.device_address)) {
    in.contradicts("device_address", "at most 32 digits, letters and spaces");
  }
  in.text("topic_name", meter.topic_name);
  in.text("serial", meter.serial);
  in.text("schedule", meter.schedule);
  if (auto table = in.table("sts")) meter.sts = read_meter_sts(*table);
  if (!meter.topic_name.empty() && !is_identifier(meter.topic_name)) {
    in.contradicts("topic_name", kIdentifierRule);
  }
  if (!meter.serial.empty() && !is_identifier(meter.serial)) {
    in.contradicts("serial", kIdentifierRule);
  }
  list.judge_place(in, meter);
  const auto parsed = MeterId::parse(id);
  if (parsed) {
    meter.id = *parsed;
    static_cast<void>(list.add(in, "id", std::move(meter)));
  } else if (in.has("id")) {
    in.contradicts("id", kIdentifierRule);
  }
  in.finish();
}

void judge_dlms_range(TableReader& in, const DlmsAccess& dlms, const Line& line,
                      std::uint16_t first_address, std::int64_t count) {
  const auto last = static_cast<std::uint16_t>(first_address + count - 1);
  judge_dlms_address(in, "first_address", dlms, line.protocol, first_address);
  if (last != first_address) judge_dlms_address(in, "count", dlms, line.protocol, last);
  if (count > 1 && !dlms.key_file.empty() && !names_each(dlms.key_file)) {
    in.contradicts("dlms", "a key_file with {id} in it: two meters never have the same keys");
  }
}

/// `007` of 7 with three digits; a longer number as it is.
std::string with_zeros(std::int64_t number, std::int64_t digits) {
  std::string text = std::to_string(number);
  const auto wide = static_cast<std::size_t>(digits);
  if (text.size() < wide) text.insert(0, wide - text.size(), '0');
  return text;
}

void read_range(TableReader& in, MeterList& list) {
  Meter alike = template_meter();
  std::string prefix;
  std::string topic_prefix;
  std::int64_t first = 1;
  std::int64_t count = 0;
  std::int64_t digits = 1;
  std::uint16_t first_address = 1;
  in.text("prefix", prefix, Need::Required);
  in.number("first", first, {0, 1'000'000'000});
  in.number("count", count, {1, kMaxRange}, Need::Required);
  in.number("digits", digits, {1, 10});
  in.text("model", alike.model, Need::Required);
  in.text("line", alike.line);
  const Line* line = list.line_of(alike);
  const Bounds allowed = addresses(line);
  const bool has_address = line == nullptr || line->has_addresses();
  in.number("first_address", first_address, allowed,
            alike.line.empty() || !has_address ? Need::Optional : Need::Required);
  if (!has_address) {
    if (in.has("first_address")) in.contradicts("first_address", no_address(*line));
    first_address = list.next_place(alike.line);
  }
  list.read_dlms(in, alike);
  in.text("topic_prefix", topic_prefix);
  in.text("schedule", alike.schedule);
  list.judge_place(in, alike);
  if (!alike.line.empty() && first_address + count - 1 > allowed.highest) {
    in.contradicts("count", "addresses up to " + std::to_string(allowed.highest) + "; " +
                                std::to_string(allowed.highest - first_address + 1) +
                                " meters fit behind the first address");
    count = 0;
  }
  if (alike.dlms && count > 0) judge_dlms_range(in, *alike.dlms, *line, first_address, count);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = with_zeros(first + i, digits);
    const auto id = MeterId::parse(prefix + number);
    if (!id) {
      in.contradicts("prefix", kIdentifierRule);
      break;
    }
    Meter meter = alike;
    meter.id = *id;
    if (!meter.line.empty()) meter.address = static_cast<std::uint16_t>(first_address + i);
    if (!topic_prefix.empty()) meter.topic_name = topic_prefix + number;
    // The rest of the range would only say the same again.
    if (!list.add(in, "prefix", std::move(meter))) break;
  }
  in.finish();
}

}  // namespace

std::vector<Meter> read_meters(TableReader& root, const Configuration& known,
                               const std::filesystem::path& base) {
  DlmsAccess usual;
  if (auto table = root.table("dlms")) {
    if (table->has("meter_title")) table->contradicts("meter_title", "one in each [meter.dlms]");
    read_dlms_access(*table, usual, base);
  }
  MeterList list{known, std::make_shared<const DlmsAccess>(std::move(usual)), base};
  for (TableReader& meter : root.tables("meter")) read_meter(meter, list);
  for (TableReader& range : root.tables("meter_range")) read_range(range, list);
  return list.take();
}

}  // namespace metergate::config
