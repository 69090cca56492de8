// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/dlms_operations.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/scaler_unit.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

/// Where a class keeps its scaler_unit.
std::int8_t scaler_attribute(std::uint16_t class_id) {
  return class_id == cosem::demand_register::kClass ? cosem::demand_register::kScalerUnit
                                                    : cosem::register_object::kScalerUnit;
}

bool has_scaler(std::uint16_t class_id) {
  return class_id == cosem::register_object::kClass ||
         class_id == cosem::extended_register::kClass || class_id == cosem::demand_register::kClass;
}

bool has_scaler(const model::DlmsRegister& one) {
  return has_scaler(one.class_id) && one.attribute == cosem::register_object::kValue;
}

/// Some attributes are structures that begin with the number: an account's mode and status.
std::optional<std::int64_t> number_of(const dlms::Data& value) {
  const dlms::DataList* fields = dlms::structure_of(value, 1);
  return dlms::integer_of(fields != nullptr ? fields->front() : value);
}

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
    for (const model::DlmsRegister* one : wanted_) {
      const dlms::Data* value = data_of(*next++);
      cosem::ScalerUnit scaler;
      bool known = true;
      if (has_scaler(*one)) {
        const dlms::Data* data = data_of(*next++);
        const auto read = data != nullptr ? cosem::decode_scaler_unit(*data) : std::nullopt;
        known = read.has_value();
        if (read) scaler = *read;
      }
      // Absent in this meter: what is not there is not reported.
      if (value == nullptr || value->is<dlms::NullData>()) continue;
      const auto number = number_of(*value);
      if (!number || !known) return meaningless(one->name + " is no number with a scaler");
      const bool has_unit = scaler.unit != cosem::ScalerUnit{}.unit;
      if (has_unit && one->unit != Unit::None && one->unit != Unit::CurrencyMinor &&
          cosem::unit_symbol(scaler.unit) != unit_symbol(one->unit)) {
        return meaningless(one->name + " is in unit " + std::to_string(scaler.unit) + ", must be " +
                           std::string{unit_symbol(one->unit)});
      }
      reading.values.push_back({one->obis, Decimal{*number, scaler.scaler}, one->unit});
    }
    return finish(std::move(reading));
  }

  std::vector<const model::DlmsRegister*> wanted_;
};

}  // namespace

ExchangePtr read_registers(Subject subject, const operation::ReadRegisters& op) {
  return std::make_unique<ReadRegisters>(subject, op);
}

}  // namespace metergate::dlms_driver
