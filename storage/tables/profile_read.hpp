// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "storage/blobs/profile_points.hpp"
#include "storage/ledger_impl.hpp"

namespace metergate {

struct MeterRange {
  MeterKey first;
  MeterKey last;
};
using OnHotPoint = std::function<void(MeterKey, Epoch, const ProfilePoint&)>;

/// Calls `on_point` for each hot row of these meters that starts in [from, to); of one day they
/// come ascending.
[[nodiscard]] Stored<Done> each_hot_point(sqlite::Database& db, MeterRange meters, UtcSeconds from,
                                          UtcSeconds to, const OnHotPoint& on_point);

/// Hot rows of one meter that start in [from, to), ascending.
[[nodiscard]] Stored<std::vector<ProfilePoint>> hot_points(sqlite::Database& db, MeterKey meter,
                                                           Epoch epoch, UtcSeconds from,
                                                           UtcSeconds to);

/// `hot` together with what is folded of [from, to), as intervals.
[[nodiscard]] Stored<std::vector<ProfileInterval>> with_folded(Ledger::Impl& ledger, MeterKey meter,
                                                               Epoch epoch, UtcSeconds from,
                                                               UtcSeconds to,
                                                               std::span<const ProfilePoint> hot);

/// The start of the oldest hot row of any meter.
[[nodiscard]] Stored<std::optional<UtcSeconds>> oldest_hot_start(sqlite::Database& db);

/// The points of the day's blob; nothing when there is no blob.
[[nodiscard]] Stored<std::optional<std::vector<ProfilePoint>>> folded_day(
    sqlite::Database& db, MeterKey meter, Epoch epoch, std::chrono::sys_days day);

/// Puts a day's blob in place of what was there. `points` as encode_profile_day wants them.
[[nodiscard]] Stored<Done> put_folded_day(sqlite::Database& db, MeterKey meter, Epoch epoch,
                                          std::chrono::sys_days day,
                                          std::span<const ProfilePoint> points);

/// Stores the day's blob; false, and nothing changed, when it has one.
[[nodiscard]] Stored<bool> add_folded_day(sqlite::Database& db, MeterKey meter, Epoch epoch,
                                          std::chrono::sys_days day,
                                          std::span<const ProfilePoint> points);

/// Days before this one are no longer written hot; nothing before the first fold.
[[nodiscard]] Stored<std::optional<std::chrono::sys_days>> fold_frontier(sqlite::Database& db);

}  // namespace metergate
