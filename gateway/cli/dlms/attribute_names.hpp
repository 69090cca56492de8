// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/cli/explain/dlms_data_text.hpp"

/// What the attributes of an interface class are called, and what stands in them (Blue Book, 4):
/// numbers alone tell an engineer little.
namespace metergate::cli {

/// A field of a structure, or of each structure of an array.
struct FieldName {
  std::string_view name;
  std::span<const std::string_view> words{};  ///< of an enum by its number, of a bit string by bit
  std::span<const FieldName> fields{};        ///< of what it holds itself
};

struct AttributeName {
  std::int8_t number = 0;
  FieldName is;
  std::string_view instead{};  ///< what to say where it is not worth reading with all the others
};

struct ClassNames {
  std::uint16_t class_id = 0;
  std::string_view name;
  std::span<const AttributeName> attributes;
};

/// Nothing for a class without names here.
[[nodiscard]] const ClassNames* class_names(std::uint16_t class_id);
/// Nothing for an attribute without a name; the first attribute is every object's logical name.
[[nodiscard]] const FieldName* attribute_name(std::uint16_t class_id, std::int8_t attribute);

/// Like `outline_data`, each line with the name of what it tells.
void outline_named(Outline& out, std::size_t level, const FieldName& is, const dlms::Data& data);

}  // namespace metergate::cli
