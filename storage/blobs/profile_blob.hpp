// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "protocols/octets/octets.hpp"
#include "storage/blobs/blob_reader.hpp"
#include "storage/blobs/profile_points.hpp"

/// A day of one meter's load profile in one blob, about two octets a value. Body, format 1:
///
///   runs of starts: how many, then each: gap to the start before · further starts · step
///   channels:       how many, then each: gap to the number before · shape octet · [presence bits]
///                   · values · runs of marks (how many, then each: gap · length · bits)
///
/// The shape's two low bits say how the values lie (each its own, differences, or one for all),
/// bit 2 that not every start has a value of this channel.
namespace metergate::blobs {

inline constexpr std::uint8_t kProfileFormat = 1;

/// More than any meter-day holds; what claims more is refused on both sides.
inline constexpr std::size_t kMaxDayPoints = 1U << 18U;

/// `points` are ascending by start and channel, each key once, all within `day`, at most
/// kMaxDayPoints, channels not negative.
[[nodiscard]] Octets encode_profile_day(std::chrono::sys_days day,
                                        std::span<const ProfilePoint> points);

/// Adds the same points in the same order to `points`; nothing when the blob is at fault.
[[nodiscard]] Result<Done, BlobFault> append_profile_day(std::chrono::sys_days day, OctetView blob,
                                                         std::vector<ProfilePoint>& points);

/// The same points in the same order, or what is wrong with the blob.
[[nodiscard]] Result<std::vector<ProfilePoint>, BlobFault> decode_profile_day(
    std::chrono::sys_days day, OctetView blob);

}  // namespace metergate::blobs
