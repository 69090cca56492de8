// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/octets/octets.hpp"

namespace metergate::salvage {

/// One field of a row: NULL, a whole number, a text, octets. The ledger has no others.
using Value = std::variant<std::monostate, std::int64_t, std::string, Octets>;
using Values = std::vector<Value>;

/// A record (file format, section 2.1): the types of its fields, then their contents. Nothing where
/// it does not add up to the last octet, or holds a text that is no UTF-8.
[[nodiscard]] std::optional<Values> decode_record(OctetView record);

}  // namespace metergate::salvage
