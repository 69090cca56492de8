// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/cosem/obis_code.hpp"
#include "protocols/dlms/data.hpp"
#include "protocols/octets/octets.hpp"

/// What the services of xDLMS with logical names have in common (Green Book, 9.3 and 9.5).
namespace metergate::dlms {

/// Invoke-Id-And-Priority: which request an answer belongs to. Some meters give back the id alone,
/// so only the id counts when they are matched.
struct InvokeId {
  std::uint8_t octet = 0xC1;  ///< id 1, confirmed, high priority

  [[nodiscard]] constexpr std::uint8_t id() const { return octet & 0x0FU; }
  [[nodiscard]] constexpr bool confirmed() const { return (octet & 0x40U) != 0; }
  friend constexpr bool operator==(InvokeId, InvokeId) = default;
};
[[nodiscard]] constexpr InvokeId invoke_id(std::uint8_t id) {
  return {static_cast<std::uint8_t>(0xC0U | (id & 0x0FU))};
}

/// Which part of an attribute is wanted: 1 by range, 2 by entry for profiles
/// (selective_access.hpp).
struct SelectiveAccess {
  std::uint8_t selector = 0;
  Data parameters;
  friend bool operator==(const SelectiveAccess&, const SelectiveAccess&) = default;
};

struct AttributeReference {
  std::uint16_t class_id = 0;
  cosem::ObisCode logical_name;
  std::int8_t attribute = 0;
  std::optional<SelectiveAccess> access;
  friend bool operator==(const AttributeReference&, const AttributeReference&) = default;
};

struct MethodReference {
  std::uint16_t class_id = 0;
  cosem::ObisCode logical_name;
  std::int8_t method = 0;
  friend bool operator==(const MethodReference&, const MethodReference&) = default;
};

/// Data-Access-Result and Action-Result: the second has a part of the first's codes.
enum class AccessResult : std::uint8_t {
  Success = 0,
  HardwareFault = 1,
  TemporaryFailure = 2,
  ReadWriteDenied = 3,
  ObjectUndefined = 4,
  ObjectClassInconsistent = 9,
  ObjectUnavailable = 11,
  TypeUnmatched = 12,
  ScopeOfAccessViolated = 13,
  DataBlockUnavailable = 14,
  LongServiceAborted = 15,
  NoLongServiceInProgress = 16,
  LongSetAborted = 17,
  NoLongSetInProgress = 18,
  DataBlockNumberInvalid = 19,
  OtherReason = 250,
};
/// The standard's word; `other-reason` for codes it has not.
[[nodiscard]] std::string_view access_result_word(AccessResult result);

/// A value, or why there is none.
using GetResult = std::variant<Data, AccessResult>;

/// One block of a long request or answer.
struct DataBlock {
  bool last = false;
  std::uint32_t number = 1;
  Octets raw;
  friend bool operator==(const DataBlock&, const DataBlock&) = default;
};

}  // namespace metergate::dlms
