// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/cosem/capture_object.hpp"
#include "protocols/dlms/service.hpp"

/// Parts of a profile's buffer (Blue Book, 4.3.6.2.2).
namespace metergate::dlms {

/// Rows whose value in one column lies between two bounds, both included.
struct RangeAccess {
  static constexpr std::uint8_t kSelector = 1;
  cosem::CaptureObject restricting;
  Data from;
  Data to;
  std::vector<cosem::CaptureObject> columns;  ///< empty: all
  friend bool operator==(const RangeAccess&, const RangeAccess&) = default;
};

/// Rows and columns by number, from 1; `to` 0 means the last.
struct EntryAccess {
  static constexpr std::uint8_t kSelector = 2;
  std::uint32_t from_entry = 1;
  std::uint32_t to_entry = 0;
  std::uint16_t from_column = 1;
  std::uint16_t to_column = 0;
  friend bool operator==(const EntryAccess&, const EntryAccess&) = default;
};

[[nodiscard]] SelectiveAccess select(const RangeAccess& range);
[[nodiscard]] SelectiveAccess select(const EntryAccess& entries);
/// Nothing when it is not of that kind.
[[nodiscard]] std::optional<RangeAccess> range_of(const SelectiveAccess& access);
[[nodiscard]] std::optional<EntryAccess> entries_of(const SelectiveAccess& access);

/// {class, logical name, attribute, index}: in a profile's columns and its selections alike.
[[nodiscard]] Data encode_capture_object(const cosem::CaptureObject& object);
[[nodiscard]] std::optional<cosem::CaptureObject> decode_capture_object(const Data& data);

}  // namespace metergate::dlms
