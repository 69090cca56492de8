// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/dlms_operations.hpp"
#include "gateway/drivers/dlms_register_value.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

/// Some attributes are structures that begin with the number: an account's mode and status.
std::optional<std::int64_t> number_of(const dlms::Data& value) {
  const dlms::DataList* fields = dlms::structure_of(value, 1);
  return dlms::integer_of(fields != nullptr ? fields->front() : value);
}

}  // namespace

bool has_scaler(const model::DlmsRegister& one) {
  const bool has = one.class_id == cosem::register_object::kClass ||
                   one.class_id == cosem::extended_register::kClass ||
                   one.class_id == cosem::demand_register::kClass;
  return has && one.attribute == cosem::register_object::kValue;
}

std::int8_t scaler_attribute(std::uint16_t class_id) {
  return class_id == cosem::demand_register::kClass ? cosem::demand_register::kScalerUnit
                                                    : cosem::register_object::kScalerUnit;
}

Result<RegisterValue, std::string> register_value(const model::DlmsRegister& one,
                                                  const dlms::Data& value,
                                                  const std::optional<cosem::ScalerUnit>& scaler) {
  const auto number = number_of(value);
  if (!number || !scaler) return failure(one.name + " is no number with a scaler");
  const bool has_unit = scaler->unit != cosem::ScalerUnit{}.unit;
  if (has_unit && one.unit != Unit::None && one.unit != Unit::CurrencyMinor &&
      cosem::unit_symbol(scaler->unit) != unit_symbol(one.unit)) {
    return failure(one.name + " is in unit " + std::to_string(scaler->unit) + ", must be " +
                   std::string{unit_symbol(one.unit)});
  }
  return RegisterValue{one.obis, Decimal{*number, scaler->scaler}, one.unit};
}

namespace {

class ReadRegisters : public DlmsExchange {
 public:
  ReadRegisters(const Subject& subject, const operation::ReadRegisters& op)
      : DlmsExchange{subject} {
    for (const model::DlmsRegister& one : layout().registers) {
      if (!op.only.empty() && std::ranges::find(op.only, one.obis) == op.only.end()) continue;
      wanted_.push_back(&one);
    }
  }

  DriverStep begin(Now) override {
    if (wanted_.empty()) return meaningless("none of the registers asked for is in the model");
    std::vector<dlms::AttributeReference> attributes;
    for (const model::DlmsRegister* one : wanted_) {
      attributes.push_back(attribute_of(one->class_id, one->obis, one->attribute));
      if (has_scaler(*one)) {
        attributes.push_back(
            attribute_of(one->class_id, one->obis, scaler_attribute(one->class_id)));
      }
    }
    return get(std::move(attributes));
  }

 private:
  DriverStep got(std::vector<dlms::GetResult> results, Now now) override {
    RegisterReading reading;
    reading.read_at = now.utc;
    auto next = results.begin();
    Seen::Scalers scalers;
    for (const model::DlmsRegister* one : wanted_) {
      const dlms::Data* value = data_of(*next++);
      std::optional<cosem::ScalerUnit> scaler = cosem::ScalerUnit{};
      if (has_scaler(*one)) {
        const dlms::Data* data = data_of(*next++);
        scaler = data != nullptr ? cosem::decode_scaler_unit(*data) : std::nullopt;
        if (scaler) scalers.insert_or_assign(one->obis, *scaler);
      }
      // Absent in this meter: what is not there is not reported.
      if (value == nullptr || value->is<dlms::NullData>()) continue;
      const auto read = register_value(*one, *value, scaler);
      if (!read) return meaningless(read.error());
      reading.values.push_back(*read);
    }
    learnt().seen.scalers(meter_number(), scalers);
    return finish(std::move(reading));
  }

  std::vector<const model::DlmsRegister*> wanted_;
};

}  // namespace

ExchangePtr read_registers(Subject subject, const operation::ReadRegisters& op) {
  return std::make_unique<ReadRegisters>(subject, op);
}

}  // namespace metergate::dlms_driver
