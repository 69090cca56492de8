// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocols/dlms/data.hpp"
#include "protocols/dlms/fault.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"
#include "protocols/result.hpp"

/// Data in A-XDR (Green Book, 9.5): tag, length where the type has one, content.
namespace metergate::dlms {

/// The tag of each alternative of DataValue, in its order.
inline constexpr std::array<std::uint8_t, std::variant_size_v<DataValue>> kDataTags{
    0,  1,  2,  3,  4,  5,  6,  9,  10, 12, 13, 15, 16, 17, 18, 19,
    20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 255};
[[nodiscard]] std::optional<std::size_t> alternative_of(std::uint8_t tag);
[[nodiscard]] inline std::uint8_t tag_of(const Data& data) { return kDataTags[data.value.index()]; }

/// What is taken from outside. Each element, however deep, counts; strings are bounded by the
/// octets they stand in.
struct DataLimits {
  std::size_t depth = 16;
  std::size_t elements = 250'000;
};

void write_data(ByteWriter& out, const Data& data);
[[nodiscard]] Octets encode_data(const Data& data);

/// One Data at the reader; what follows is left to the caller.
[[nodiscard]] Result<Data, DecodeFault> read_data(ByteReader& in, const DataLimits& limits = {});
/// Octets that are one Data and nothing else.
[[nodiscard]] Result<Data, DecodeFault> decode_data(OctetView octets,
                                                    const DataLimits& limits = {});

/// The description of a Data's type, as a compact array of such elements carries it. Nothing where
/// the elements of an array within differ.
[[nodiscard]] std::optional<TypeDescription> describe(const Data& data);

}  // namespace metergate::dlms
