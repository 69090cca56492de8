// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_push.hpp"

#include <algorithm>
#include <utility>

#include "gateway/drivers/dlms_register_value.hpp"
#include "gateway/drivers/dlms_rows.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/push_list.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

using cosem::CaptureObject;
using cosem::PushedElement;
namespace profile = cosem::profile_generic;

/// What is about the push itself, or about the other elements, and is no value to be stored.
bool is_context(const CaptureObject& object, const model::DlmsLayout& layout) {
  const bool is_identity = object.logical_name == cosem::kLogicalDeviceName ||
                           object.logical_name == layout.serial ||
                           object.logical_name == layout.firmware;
  switch (object.class_id) {
    case cosem::push_setup::kClass:
    case cosem::clock::kClass:
      return true;
    case cosem::data::kClass:
      return is_identity;
    case cosem::register_object::kClass:
    case cosem::extended_register::kClass:
      return object.attribute == cosem::register_object::kScalerUnit;
    case cosem::demand_register::kClass:
      return object.attribute == cosem::demand_register::kScalerUnit;
    case profile::kClass:
      return object.attribute != profile::kBuffer;
    default:
      return false;
  }
}

std::string name_of(const CaptureObject& object) {
  return object.logical_name.text() + " (class " + std::to_string(object.class_id) +
         ", attribute " + std::to_string(object.attribute) + ")";
}

class PushReader {
 public:
  PushReader(std::vector<PushedElement> elements, const Subject& subject, Now now)
      : elements_{std::move(elements)},
        subject_{subject},
        now_{std::chrono::floor<std::chrono::seconds>(now.utc)} {
    out_.registers.read_at = now.utc;
  }

  [[nodiscard]] Pushed read(OctetView stamp) {
    if (const auto time = dlms::decode_date_time(stamp)) take_time(*time);
    for (const PushedElement& element : elements_) take_context(element);
    for (PushedElement& element : elements_) {
      if (is_context(element.object, layout())) continue;
      if (auto why = take(element)) out_.left.push_back(name_of(element.object) + ": " + *why);
    }
    judge_register_time();
    return std::move(out_);
  }

 private:
  using Left = std::optional<std::string>;  ///< why it has no place

  [[nodiscard]] const model::DlmsLayout& layout() const { return subject_.layout(); }

  [[nodiscard]] const dlms::Data* beside(std::uint16_t class_id, const cosem::ObisCode& name,
                                         std::int8_t attribute) const {
    const CaptureObject wanted{class_id, name, attribute, 0};
    const auto found = std::ranges::find(elements_, wanted, &PushedElement::object);
    return found == elements_.end() ? nullptr : &found->value;
  }

  // ---- what the elements tell of each other

  void take_context(const PushedElement& element) {
    const CaptureObject& object = element.object;
    if (object.class_id == cosem::clock::kClass && object.attribute == cosem::clock::kTime) {
      if (const auto time = dlms::date_time_of(element.value)) take_time(*time);
    }
    if (object.class_id == cosem::data::kClass && object.logical_name == layout().serial) {
      out_.serial = dlms::text_of(element.value).value_or(std::string{});
    }
  }

  /// A value was true when it was pushed, not when it arrived.
  void take_time(const dlms::DateTime& time) {
    const auto utc = dlms::to_utc(time, {layout().to_utc, {}});
    if (!utc) return;
    pushed_at_ = std::chrono::floor<std::chrono::seconds>(*utc);
  }

  /// Registers under the meter's own time, which never lies in our future.
  void judge_register_time() {
    if (!pushed_at_ || out_.registers.values.empty()) return;
    if (!can_be(*pushed_at_)) {
      out_.left.push_back("its registers: they are stamped " + rfc3339::text(*pushed_at_));
      out_.registers.values.clear();
    } else if (*pushed_at_ < now_) {
      out_.registers.read_at = *pushed_at_;
    }
  }

  [[nodiscard]] bool can_be(UtcSeconds time) const {
    return time >= now_ - kOldestPushed && time <= now_ + kClockAhead;
  }

  // ---- values

  Left take(PushedElement& element) {
    const CaptureObject& object = element.object;
    if (object.class_id == profile::kClass) return take_profile(object, element.value);
    const auto& registers = layout().registers;
    const auto known = std::ranges::find_if(registers, [&](const model::DlmsRegister& one) {
      return one.obis == object.logical_name && one.class_id == object.class_id &&
             one.attribute == object.attribute;
    });
    if (known != registers.end() && object.index <= 1) return take_register(*known, element.value);
    const auto& groups = object.logical_name.groups();
    const bool is_event = object.class_id == cosem::data::kClass &&
                          ((groups[2] << 8U) | groups[3]) == layout().log_columns.code;
    if (is_event) return event_text(element.value);
    return "the model does not know it";
  }

  /// A code alone has neither the time nor the number under which it stands in its log.
  [[nodiscard]] std::string event_text(const dlms::Data& value) const {
    const auto code = dlms::integer_of(value);
    const auto& codes = subject_.meter_model.event_codes;
    const auto known = code && *code >= 0 && *code <= 0xFFFF
                           ? codes.find(static_cast<std::uint16_t>(*code))
                           : codes.end();
    return "event " + (code ? std::to_string(*code) : std::string{"without a code"}) +
           (known == codes.end() ? "" : ", " + std::string{event_word(known->second)}) +
           "; its log is read for it";
  }

  Left take_register(const model::DlmsRegister& one, const dlms::Data& value) {
    if (value.is<dlms::NullData>()) return std::nullopt;
    if (std::ranges::find(out_.registers.values, one.obis, &RegisterValue::obis) !=
        out_.registers.values.end()) {
      return "it is there twice";
    }
    std::optional<cosem::ScalerUnit> scaler = cosem::ScalerUnit{};
    if (has_scaler(one)) scaler = scaler_of(one.class_id, one.obis);
    if (!scaler) return "its scaler is not known: neither pushed, nor read, nor in the model";
    auto read = register_value(one, value, scaler);
    if (!read) return read.error();
    out_.registers.values.push_back(*read);
    return std::nullopt;
  }

  [[nodiscard]] std::optional<cosem::ScalerUnit> scaler_of(std::uint16_t class_id,
                                                           const cosem::ObisCode& name) const {
    if (const auto* data = beside(class_id, name, scaler_attribute(class_id))) {
      return cosem::decode_scaler_unit(*data);
    }
    if (const auto* seen = subject_.learnt->seen.scaler(subject_.address.number, name)) {
      return *seen;
    }
    const auto in_model = layout().scalers.find(name);
    if (in_model == layout().scalers.end()) return std::nullopt;
    return cosem::ScalerUnit{in_model->second, cosem::ScalerUnit{}.unit};
  }

  // ---- rows

  Left take_profile(const CaptureObject& object, dlms::Data& buffer) {
    const cosem::ObisCode& name = object.logical_name;
    const auto log =
        std::ranges::find(layout().logs, name, [](const auto& one) { return one.second; });
    const bool is_load = name == layout().load_profile;
    if (!is_load && name != layout().daily_profile && log == layout().logs.end()) {
      return "the model does not know it";
    }
    const auto what = shape_of(name);
    if (!what) return "its columns are not known: neither pushed, nor read, nor in the model";
    if (!cosem::clock_column(what->shape.columns)) return "it has no time among its columns";
    auto rows = cosem::decode_rows(std::move(buffer), what->shape);
    if (!rows) return "row " + std::to_string(rows.error().row + 1) + ": " + rows.error().what;
    if (what->shape.newest_first) std::reverse(rows->begin(), rows->end());
    for (const cosem::ProfileRow& row : *rows) {
      if (!row.time || !can_be(*row.time)) {
        return "a row is stamped " + (row.time ? rfc3339::text(*row.time) : std::string{"nothing"});
      }
    }
    if (log != layout().logs.end()) return take_log(log->first, *what, *rows);
    return is_load ? take_intervals(*what, *rows) : take_days(*what, *rows);
  }

  [[nodiscard]] std::optional<SeenProfile> shape_of(const cosem::ObisCode& name) const {
    const SeenProfile* seen = subject_.learnt->seen.profile(subject_.address.number, name);
    const auto& named = layout().columns;
    const auto in_model = std::ranges::find(named, name, &model::DlmsColumns::profile);
    SeenProfile out;
    if (const auto* pushed = beside(profile::kClass, name, profile::kCaptureObjects)) {
      auto columns = cosem::decode_columns(*pushed);
      if (!columns || columns->size() > cosem::kMostPushedElements) return std::nullopt;
      out.shape.columns = std::move(*columns);
      if (seen != nullptr && seen->shape.columns == out.shape.columns) out = *seen;
    } else if (seen != nullptr) {
      out = *seen;
    } else if (in_model != named.end()) {
      out.shape.columns = in_model->elements;
      out.shape.capture_period = in_model->period;
    } else {
      return std::nullopt;
    }
    if (const auto* pushed = beside(profile::kClass, name, profile::kCapturePeriod)) {
      out.shape.capture_period = std::chrono::seconds{
          std::clamp<std::int64_t>(dlms::integer_of(*pushed).value_or(0), 0, 86'400)};
    }
    out.shape.zone = {layout().to_utc, {}};
    for (std::size_t at = 0; at < out.shape.columns.size(); ++at) {
      const CaptureObject& column = out.shape.columns[at];
      if (out.scalers.contains(at) &&
          !beside(column.class_id, column.logical_name, scaler_attribute(column.class_id))) {
        continue;
      }
      if (const auto scaler = scaler_of(column.class_id, column.logical_name)) {
        out.scalers[at] = scaler->scaler;
      }
    }
    return out;
  }

  Left take_intervals(const SeenProfile& what, const std::vector<cosem::ProfileRow>& rows) {
    const auto& meter_model = subject_.meter_model;
    const std::chrono::seconds period = what.shape.capture_period.count() > 0
                                            ? what.shape.capture_period
                                            : std::chrono::seconds{meter_model.capture_period};
    std::vector<ProfileInterval> intervals;
    for (const cosem::ProfileRow& row : rows) {
      auto values = values_of(row, what, layout(), meter_model.profile_channels);
      if (!values) return values.error();
      append(intervals, {*row.time - period, std::move(*values)});
    }
    if (!out_.intervals.empty()) return "it is there twice";
    out_.intervals = std::move(intervals);
    return std::nullopt;
  }

  Left take_days(const SeenProfile& what, const std::vector<cosem::ProfileRow>& rows) {
    std::vector<DailySnapshot> days;
    for (const cosem::ProfileRow& row : rows) {
      auto values = values_of(row, what, layout(), subject_.meter_model.daily_channels);
      if (!values) return values.error();
      append(days, {std::chrono::floor<std::chrono::days>(*row.time), std::move(*values)});
    }
    if (!out_.days.empty()) return "it is there twice";
    out_.days = std::move(days);
    return std::nullopt;
  }

  /// Where entries are numbered by their time, some of them alone would get other numbers.
  Left take_log(LogId log, const SeenProfile& what, const std::vector<cosem::ProfileRow>& rows) {
    const auto& columns = what.shape.columns;
    if (!column_of(columns, layout().log_columns.sequence) ||
        !column_of(columns, layout().log_columns.code)) {
      return "its entries have no running number, or no code; it is read";
    }
    for (const cosem::ProfileRow& row : rows) {
      const LogEntry entry = log_entry_of(row, columns, log, subject_.meter_model);
      if (entry.sequence != 0) out_.entries.push_back(entry);
    }
    return std::nullopt;
  }

  std::vector<PushedElement> elements_;
  const Subject& subject_;
  UtcSeconds now_;
  std::optional<UtcSeconds> pushed_at_;
  Pushed out_;
};

}  // namespace

Result<Pushed, PushUnread> read_push(OctetView octets, const Subject& subject, Now now) {
  using Reason = PushUnread::Reason;
  auto apdu = dlms::decode_apdu(octets);
  if (!apdu) {
    return failure(PushUnread{Reason::BadShape,
                              "no APDU: " + std::string{dlms::fault_word(apdu.error().reason)} +
                                  " at octet " + std::to_string(apdu.error().offset)});
  }
  if (auto* event = std::get_if<dlms::EventNotification>(&*apdu)) {
    const auto& of = event->attribute;
    std::vector<PushedElement> one;
    one.push_back({{of.class_id, of.logical_name, of.attribute, 0}, std::move(event->value)});
    return PushReader{std::move(one), subject, now}.read(event->time.value_or(Octets{}));
  }
  auto* told = std::get_if<dlms::DataNotification>(&*apdu);
  if (told == nullptr) {
    return failure(PushUnread{Reason::BadShape, "an APDU that is no notification"});
  }
  auto elements = cosem::decode_push(std::move(told->body), subject.layout().pushes);
  if (!elements) {
    const bool bad = elements.error().reason == cosem::PushListFault::Reason::BadShape;
    return failure(PushUnread{bad ? Reason::BadShape : Reason::Unnamed, elements.error().what});
  }
  return PushReader{std::move(*elements), subject, now}.read(told->date_time);
}

}  // namespace metergate::dlms_driver
