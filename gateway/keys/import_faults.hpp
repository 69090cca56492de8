// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/keys/key_fault.hpp"
#include "gateway/keys/vending_key_record.hpp"

/// Why no store takes a vending key, whatever it keeps it in.
namespace metergate::keys {

/// Field: a key of so many octets is none for its record's generation.
[[nodiscard]] KeyFault wrong_length(const VendingKeyRecord& record, std::size_t octets);
/// Present: there is a key of that name; it is not overwritten.
[[nodiscard]] KeyFault already_there(const VendingKeyName& name);

}  // namespace metergate::keys
