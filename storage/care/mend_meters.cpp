// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/reading_blob.hpp"
#include "storage/care/mend.hpp"
#include "storage/ledger.hpp"

namespace metergate::care {
namespace {

/// Channels that data names and the table has not.
Stored<std::set<std::int64_t>> nameless_channels(sqlite::Database& db) {
  std::set<std::int64_t> used;
  const auto keep = [&](const sqlite::Row& row) { used.insert(row.integer(0)); };
  auto done = db.each(
      "SELECT channel FROM profile_hot_0 UNION SELECT channel FROM profile_hot_1"
      " UNION SELECT channel FROM daily",
      keep);
  if (!done) return failure(done.error());
  done = db.each("SELECT day, points FROM profile_day", [&](const sqlite::Row& row) {
    const auto points = blobs::decode_profile_day(row.day(0), row.octets(1));
    if (!points) return;
    for (const ProfilePoint& point : *points) used.insert(point.channel);
  });
  if (!done) return failure(done.error());
  done = db.each("SELECT registers FROM register_reading", [&](const sqlite::Row& row) {
    const auto registers = blobs::decode_reading(row.octets(0));
    if (!registers) return;
    for (const auto& one : *registers) used.insert(one.channel);
  });
  if (!done) return failure(done.error());
  done = db.each("SELECT key FROM channel",
                 [&](const sqlite::Row& row) { used.erase(row.integer(0)); });
  if (!done) return failure(done.error());
  return used;
}

Stored<Done> mend_channels(const MendWith& with) {
  if (!with.lost_any({"channel"})) return Done{};
  for (const auto& [key, obis] : with.copied.channels) {
    auto done = with.db.run("INSERT OR IGNORE INTO channel (key, obis) VALUES (?, ?)", key, obis);
    if (!done) return done;
  }
  const auto nameless = nameless_channels(with.db);
  if (!nameless) return failure(nameless.error());
  for (const std::int64_t key : *nameless) {
    // A manufacturer's own name (Blue Book 6.2: group C from 128 on), which no meter model uses.
    const std::string obis =
        "0-0:199." + std::to_string(key / 256 % 256) + '.' + std::to_string(key % 256) + "*255";
    auto done = with.db.run("INSERT INTO channel (key, obis) VALUES (?, ?)", key, obis);
    if (!done) return done;
    with.told.push_back("the name of a register is lost; its values stand under " + obis);
  }
  return Done{};
}

#define METERGATE_METERS_OF_DATA                                                        \
  "SELECT meter FROM tenancy UNION SELECT meter FROM command UNION SELECT meter"        \
  " FROM placement UNION SELECT meter FROM seat UNION SELECT recorded_meter FROM"       \
  " registry_conflict UNION SELECT seen_meter FROM registry_conflict UNION SELECT"      \
  " meter FROM profile_hot_0 UNION SELECT meter FROM profile_hot_1 UNION SELECT meter"  \
  " FROM profile_day UNION SELECT meter FROM daily UNION SELECT meter FROM"             \
  " register_reading UNION SELECT meter FROM register_day UNION SELECT meter FROM"      \
  " log_entry UNION SELECT meter FROM cursor UNION SELECT meter FROM hole UNION SELECT" \
  " meter FROM meter_sts UNION SELECT meter FROM token_issue UNION SELECT meter FROM"   \
  " billing_snapshot UNION SELECT meter FROM tariff UNION SELECT meter FROM"            \
  " dlms_counter UNION SELECT meter FROM outbox_data"

Stored<Done> name_meters(const MendWith& with) {
  std::map<std::int64_t, std::string> ids = with.copied.meter_ids;
  auto done = with.db.each(METERGATE_METERS_OF_DATA, [&](const sqlite::Row& row) {
    ids.emplace(row.integer(0), "lost-meter-" + std::to_string(row.integer(0)));
  });
  if (!done) return done;
  done = with.db.each("SELECT key FROM meter",
                      [&](const sqlite::Row& row) { ids.erase(row.integer(0)); });
  if (!done) return done;
  for (const auto& [key, id] : ids) {
    done = with.db.run(
        "INSERT OR IGNORE INTO meter (key, id, model, first_seen_ms)"
        " VALUES (?, ?, '', ?)",
        key, id, with.now);
    if (!done) return done;
    const bool is_named = with.copied.meter_ids.contains(key);
    with.told.push_back("meter " + id + ": its record is lost (serial number, supply, clock)" +
                        (is_named ? "; it is read anew"
                                  : ", and its name with it; its data stands under this one"));
  }
  return Done{};
}

struct Epochs {
  std::set<Epoch> with_data;
  std::set<Epoch> known;
};

Stored<std::map<MeterKey, Epochs>> epochs_of_all(sqlite::Database& db) {
  std::map<MeterKey, Epochs> out;
  auto done =
      db.each("SELECT key FROM meter", [&](const sqlite::Row& row) { out[row.integer(0)] = {}; });
  if (!done) return failure(done.error());
  done = db.each(
      "SELECT meter, epoch FROM profile_hot_0 UNION SELECT meter, epoch FROM profile_hot_1"
      " UNION SELECT meter, epoch FROM profile_day UNION SELECT meter, epoch FROM daily"
      " UNION SELECT meter, epoch FROM register_reading UNION SELECT meter, epoch FROM log_entry"
      " UNION SELECT meter, epoch FROM cursor UNION SELECT meter, epoch FROM hole"
      " UNION SELECT meter, epoch FROM billing_snapshot UNION SELECT meter, epoch FROM token_issue",
      [&](const sqlite::Row& row) { out[row.integer(0)].with_data.insert(row.integer(1)); });
  if (!done) return failure(done.error());
  done = db.each("SELECT meter, epoch FROM tenancy",
                 [&](const sqlite::Row& row) { out[row.integer(0)].known.insert(row.integer(1)); });
  if (!done) return failure(done.error());
  return out;
}

// Begins where the one before ended; `sealed` ones end where the next begins.
Stored<Done> add_tenancy(sqlite::Database& db, MeterKey meter, Epoch epoch, bool sealed,
                         UtcTime now) {
  return db.run(
      "INSERT INTO tenancy (meter, epoch, starts_ms, ends_ms, sealed, effective_s, synchronised_ms)"
      " SELECT ?1, ?2, coalesce(b.ends_ms, m.first_seen_ms),"
      "  iif(?3, coalesce((SELECT min(n.starts_ms) FROM tenancy n WHERE n.meter = ?1"
      "   AND n.epoch > ?2), ?4), NULL), ?3, b.ends_ms / 1000, ?4"
      " FROM meter m LEFT JOIN tenancy b ON b.meter = ?1 AND b.epoch = ?2 - 1 WHERE m.key = ?1",
      meter, epoch, sealed, now);
}

Stored<Done> mend_tenancies(const MendWith& with) {
  auto all = epochs_of_all(with.db);
  if (!all) return failure(all.error());
  for (auto& [meter, epochs] : *all) {
    std::set<Epoch> every = epochs.known;
    every.insert(epochs.with_data.begin(), epochs.with_data.end());
    if (every.empty()) every.insert(1);
    const Epoch newest = *every.rbegin();
    const auto ended = with.db.number(
        "SELECT sealed OR ends_ms IS NOT NULL FROM tenancy WHERE meter = ? AND epoch = ?", meter,
        newest);
    if (!ended) return failure(ended.error());
    // The one that followed is lost: what comes from now on is not the old tenant's.
    if (ended->value_or(0) != 0) every.insert(newest + 1);
    for (const Epoch epoch : every) {
      if (epochs.known.contains(epoch)) continue;
      auto done = add_tenancy(with.db, meter, epoch, epoch != *every.rbegin(), with.now);
      if (!done) return done;
      std::string id;
      done = with.db.each(
          "SELECT id FROM meter WHERE key = ?", [&](const sqlite::Row& row) { id = row.string(0); },
          meter);
      if (!done) return done;
      with.told.push_back("meter " + id + ": when its tenancy " + std::to_string(epoch) +
                          " began is lost; it is " +
                          (epoch == *every.rbegin() ? "open" : "sealed") + " now");
    }
  }
  return Done{};
}

}  // namespace

bool MendWith::lost_any(std::initializer_list<std::string_view> tables) const {
  return log_is_damaged || std::ranges::any_of(copied.tables, [&](const salvage::TableTally& t) {
           return !t.is_whole() && std::ranges::find(tables, t.name) != tables.end();
         });
}

Stored<Done> mend_meters(const MendWith& with) {
  if (auto done = mend_channels(with); !done) return done;
  if (auto done = name_meters(with); !done) return done;
  return mend_tenancies(with);
}

}  // namespace metergate::care
