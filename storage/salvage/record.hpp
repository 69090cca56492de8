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
/// it does not add up to the last octet.
[[nodiscard]] std::optional<Values> decode_record(OctetView record);

/// Whether all texts of it are UTF-8 without a NUL, as those are that the ledger writes.
[[nodiscard]] bool is_legible(const Values& values);

}  // namespace metergate::salvage
