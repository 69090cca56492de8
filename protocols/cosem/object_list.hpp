// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/cosem/obis_code.hpp"
#include "protocols/dlms/data.hpp"

namespace metergate::cosem {

/// One object a meter has, as its association tells (Blue Book, 4.4.4.2.2).
struct ObjectListEntry {
  std::uint16_t class_id = 0;
  std::uint8_t version = 0;
  ObisCode logical_name;

  friend bool operator==(const ObjectListEntry&, const ObjectListEntry&) = default;
};

/// Attribute 2 of class 15; nothing when an element is none. Access rights, which tell nothing a
/// refusal would not, are passed over.
[[nodiscard]] std::optional<std::vector<ObjectListEntry>> decode_object_list(
    const dlms::Data& data);

/// The attributes that such a list tells of one object, without the first, which is the logical
/// name of every object; none where the object is not there or its access rights make no sense.
[[nodiscard]] std::vector<std::int8_t> listed_attributes(const dlms::Data& list,
                                                         std::uint16_t class_id,
                                                         const ObisCode& logical_name);

}  // namespace metergate::cosem
