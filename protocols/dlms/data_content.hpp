// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/dlms/data.hpp"
#include "protocols/dlms/fault.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"
#include "protocols/result.hpp"

/// What stands behind the tag of each simple type: the part that tagged Data and the elements of
/// compact arrays have in common.
namespace metergate::dlms {

/// The elements of an array or a structure; nothing for every other type.
[[nodiscard]] const DataList* elements_of(const Data& data);

/// Whether a simple type has octets behind its tag: null-data and don't-care have none.
[[nodiscard]] bool has_content(std::uint8_t tag);

/// For simple types; arrays of any sort write nothing.
void write_content(ByteWriter& out, const Data& data);
[[nodiscard]] Result<Data, DecodeFault> read_content(ByteReader& in, std::uint8_t tag);

}  // namespace metergate::dlms
