// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace metergate::blobs {

/// How the values of a channel lie in a profile blob: the low bits of its shape octet.
enum class ValueShape : std::uint8_t { Each = 0, Differences = 1, OneForAll = 2 };
inline constexpr std::uint8_t kValueShapeBits = 0x03;
/// Presence bits follow: not every start has a value of this channel.
inline constexpr std::uint8_t kPartial = 0x04;

inline constexpr std::uint32_t kSecondsOfDay = 86'400;

}  // namespace metergate::blobs
