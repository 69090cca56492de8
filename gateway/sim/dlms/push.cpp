// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/push.hpp"

#include <array>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/date_time.hpp"
#include "protocols/dlms/selective_access.hpp"

namespace metergate::sim {
namespace {

using cosem::CaptureObject;
using dlms::Data;
namespace profile = cosem::profile_generic;

constexpr std::uint32_t kConfirmed = 0x4000'0000;
constexpr std::uint32_t kNumbers = 0x00FF'FFFF;

constexpr CaptureObject kOwnList{cosem::push_setup::kClass, cosem::kPushSetup,
                                 cosem::push_setup::kObjectList, 0};
constexpr CaptureObject kSerial{cosem::data::kClass, cosem::kDeviceId, cosem::data::kValue, 0};
constexpr CaptureObject kTime{cosem::clock::kClass, cosem::kClock, cosem::clock::kTime, 0};

/// A push list being filled: objects, and a value each.
class List {
 public:
  explicit List(DlmsContext& context) : context_{context} {}

  [[nodiscard]] bool add(const CaptureObject& object,
                         std::optional<dlms::SelectiveAccess> access = {}) {
    auto read = read_attribute(
        context_, {object.class_id, object.logical_name, object.attribute, std::move(access)});
    auto* value = std::get_if<Data>(&read);
    if (value == nullptr) return false;
    objects_.push_back(object);
    values_.push_back(std::move(*value));
    return true;
  }
  [[nodiscard]] bool add_register(const cosem::ObisCode& name) {
    constexpr std::uint16_t kClass = cosem::register_object::kClass;
    return add({kClass, name, cosem::register_object::kScalerUnit, 0}) &&
           add({kClass, name, cosem::register_object::kValue, 0});
  }
  [[nodiscard]] const Data& last() const { return values_.back(); }

  /// With the list before all that it names.
  [[nodiscard]] Data named() const {
    dlms::Array list;
    list.elements.push_back(dlms::encode_capture_object(kOwnList));
    for (const CaptureObject& one : objects_) {
      list.elements.push_back(dlms::encode_capture_object(one));
    }
    dlms::Structure out{{std::move(list)}};
    out.elements.insert(out.elements.end(), values_.begin(), values_.end());
    return out;
  }
  [[nodiscard]] Data bare() const { return dlms::Structure{values_}; }

 private:
  DlmsContext& context_;
  std::vector<CaptureObject> objects_;
  dlms::DataList values_;
};

/// The newest rows of a profile; before them, where they are to be understood by anybody, its
/// columns, its period and the scalers of its registers.
bool add_rows(List& list, const cosem::ObisCode& name, const PushOrder& order, UtcSeconds now) {
  if (!list.add({profile::kClass, name, profile::kCaptureObjects, 0})) return false;
  const auto columns = cosem::decode_columns(list.last());
  if (!columns || !list.add({profile::kClass, name, profile::kCapturePeriod, 0})) return false;
  const std::chrono::seconds period{dlms::integer_of(list.last()).value_or(0)};
  for (const CaptureObject& column : *columns) {
    if (column.class_id != cosem::register_object::kClass) continue;
    static_cast<void>(
        list.add({column.class_id, column.logical_name, cosem::register_object::kScalerUnit, 0}));
  }
  const auto bound = [](UtcSeconds time) { return dlms::octet_string(dlms::utc_date_time(time)); };
  return list.add(
      {profile::kClass, name, profile::kBuffer, 0},
      dlms::select(dlms::RangeAccess{columns->front(),
                                     bound(now - order.rows * period + std::chrono::seconds{1}),
                                     bound(now),
                                     {}}));
}

Data values_alone(List& all, DlmsContext& context) {
  List out{context};
  static_cast<void>(out.add(kSerial) && out.add(kTime));
  auto body = out.bare();
  std::get<dlms::Structure>(body.value).elements.push_back(all.last());
  return body;
}

}  // namespace

std::optional<PushOrder::What> parse_push(std::string_view word) {
  constexpr std::array<std::string_view, 4> kWords{"profile", "daily", "registers", "again"};
  for (std::size_t at = 0; at < kWords.size(); ++at) {
    if (kWords[at] == word) return static_cast<PushOrder::What>(at);
  }
  return std::nullopt;
}

Octets dlms_push(const SerialNumber& serial, UtcSeconds meter_time, std::uint32_t number) {
  const std::string& text = serial.text();
  dlms::DataNotification out{{kConfirmed | (number & kNumbers)}, {}, {}};
  out.body = dlms::Data{dlms::Structure{{dlms::octet_string(cosem::kPushSetup),
                                         dlms::octet_string(Octets(text.begin(), text.end())),
                                         dlms::octet_string(dlms::utc_date_time(meter_time))}}};
  return dlms::encode_apdu(out);
}

std::optional<Octets> dlms_values_push(DlmsContext& context, const PushOrder& order,
                                       std::uint32_t number) {
  List list{context};
  if (!list.add(kSerial) || !list.add(kTime)) return std::nullopt;
  if (order.what == PushOrder::What::Registers) {
    for (const cosem::ObisCode& name : virtual_meter::VirtualMeter::register_codes()) {
      if (name != cosem::credit_object(0)) static_cast<void>(list.add_register(name));
    }
  } else {
    const bool load = order.what == PushOrder::What::Profile;
    const cosem::ObisCode name = load ? cosem::kLoadProfile : cosem::kDailyProfile;
    if (!add_rows(list, name, order, context.meter.meter_time())) return std::nullopt;
  }
  dlms::DataNotification out{{kConfirmed | (number & kNumbers)}, {}, {}};
  out.body = order.names == PushOrder::Names::Within ? list.named() : values_alone(list, context);
  return dlms::encode_apdu(out);
}

}  // namespace metergate::sim
