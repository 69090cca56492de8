// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "protocols/dlms/service.hpp"

/// ACCESS (Green Book, 9.3.9): a list of reads, writes and methods in one request.
namespace metergate::dlms {

struct AccessGet {
  AttributeReference attribute;
  friend bool operator==(const AccessGet&, const AccessGet&) = default;
};
struct AccessSet {
  AttributeReference attribute;
  friend bool operator==(const AccessSet&, const AccessSet&) = default;
};
struct AccessAction {
  MethodReference method;
  friend bool operator==(const AccessAction&, const AccessAction&) = default;
};
using AccessSpecification = std::variant<AccessGet, AccessSet, AccessAction>;

/// Long-Invoke-Id-And-Priority: 24 bits of id; the rest are flags.
struct LongInvokeId {
  std::uint32_t number = 0x4000'0001;

  [[nodiscard]] constexpr std::uint32_t id() const { return number & 0x00FF'FFFFU; }
  friend constexpr bool operator==(LongInvokeId, LongInvokeId) = default;
};

struct AccessRequest {
  LongInvokeId invoke;
  Octets date_time;  ///< empty, or twelve octets
  std::vector<AccessSpecification> specifications;
  std::vector<Data> data;  ///< one for each; null-data where a read needs none
  friend bool operator==(const AccessRequest&, const AccessRequest&) = default;
};

struct AccessOutcome {
  enum class Kind : std::uint8_t { Get = 1, Set = 2, Action = 3 };
  Kind kind = Kind::Get;
  AccessResult result = AccessResult::Success;
  friend bool operator==(const AccessOutcome&, const AccessOutcome&) = default;
};
struct AccessResponse {
  LongInvokeId invoke;
  Octets date_time;
  std::optional<std::vector<AccessSpecification>> specifications;
  std::vector<Data> data;
  std::vector<AccessOutcome> outcomes;
  friend bool operator==(const AccessResponse&, const AccessResponse&) = default;
};

}  // namespace metergate::dlms
