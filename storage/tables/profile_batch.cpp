// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <tuple>

#include "storage/tables/profile_read.hpp"

namespace metergate {
namespace {

using PointsByRow = std::vector<std::vector<ProfilePoint>>;

std::tuple<MeterKey, Epoch> tenancy_of(const OutboxData& row) { return {row.meter, row.epoch}; }

UtcSeconds end_of(const OutboxData& row) { return row.to + std::chrono::seconds{1}; }

// The hot points of each row, by one walk through the time that all of them touch.
Stored<PointsByRow> walk_hot(sqlite::Database& db, std::span<const OutboxData> rows) {
  PointsByRow points(rows.size());
  auto done = each_hot_point(
      db, {rows.front().meter, rows.back().meter},
      std::ranges::min(rows, {}, &OutboxData::from).from,
      end_of(std::ranges::max(rows, {}, &OutboxData::to)),
      [&](MeterKey meter, Epoch epoch, const ProfilePoint& point) {
        const auto row = std::ranges::lower_bound(rows, std::tuple{meter, epoch}, {}, tenancy_of);
        if (row == rows.end() || tenancy_of(*row) != std::tuple{meter, epoch}) return;
        points[static_cast<std::size_t>(row - rows.begin())].push_back(point);
      });
  if (!done) return failure(done.error());
  for (auto& one : points) put_in_order(one);
  return points;
}

// Where other meters lie between those of the rows, the walk would cost what it is to spare.
bool lie_together(std::span<const OutboxData> rows) {
  constexpr std::int64_t kMetersARow = 4;
  return rows.back().meter - rows.front().meter <=
         kMetersARow * static_cast<std::int64_t>(rows.size());
}

Stored<PointsByRow> hot_of(sqlite::Database& db, std::span<const OutboxData> rows) {
  if (lie_together(rows)) return walk_hot(db, rows);
  PointsByRow points;
  for (const OutboxData& row : rows) {
    auto its = hot_points(db, row.meter, row.epoch, row.from, end_of(row));
    if (!its) return failure(its.error());
    points.push_back(std::move(*its));
  }
  return points;
}

}  // namespace

Stored<std::vector<Ledger::Profile>> Ledger::profiles(std::span<const OutboxData> rows) const {
  return impl_->read("reading load profiles", [&]() -> Stored<std::vector<Profile>> {
    std::vector<Profile> out;
    if (rows.empty()) return out;
    auto oldest = oldest_hot_start(impl_->db);
    if (!oldest) return failure(oldest.error());
    Stored<PointsByRow> hot{PointsByRow(rows.size())};
    if (*oldest && **oldest < rows.front().day + std::chrono::days{1})
      hot = hot_of(impl_->db, rows);
    if (!hot) return failure(hot.error());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const OutboxData& row = rows[i];
      out.push_back(with_folded(*impl_, row.meter, row.epoch, row.from, end_of(row), (*hot)[i]));
    }
    return out;
  });
}

}  // namespace metergate
