// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/reading_blob.hpp"
#include "storage/care/mend.hpp"
#include "storage/ledger.hpp"
#include "storage/salvage/meter_names.hpp"

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

/// The names that an outbox message's topic is about: what stands behind `/meter/`.
void keep_name_of_topic(std::string_view topic, std::set<std::string>& names) {
  constexpr std::string_view kBefore = "/meter/";
  const auto at = topic.find(kBefore);
  if (at == std::string_view::npos) return;
  const std::string_view rest = topic.substr(at + kBefore.size());
  names.emplace(rest.substr(0, rest.find('/')));
}

/// Names of meters, wherever they stand in words.
Stored<std::set<std::string>> mentioned_names(sqlite::Database& db) {
  std::set<std::string> out{std::string{kBoxName}};
  auto done = db.each(
      "SELECT meter FROM journal UNION SELECT meter FROM audit"
      " UNION SELECT registry_meter FROM command UNION SELECT registry_new_meter FROM command",
      [&](const sqlite::Row& row) { out.insert(row.string(0)); });
  if (!done) return failure(done.error());
  done = db.each("SELECT topic FROM outbox_message",
                 [&](const sqlite::Row& row) { keep_name_of_topic(row.text(0), out); });
  if (!done) return failure(done.error());
  return out;
}

struct Left {
  std::map<std::int64_t, salvage::NamesLeft> names;
  std::set<std::int64_t> with_record;
};

Stored<Left> what_is_left(const MendWith& with) {
  Left out;
  auto done = with.db.each(METERGATE_METERS_OF_DATA,
                           [&](const sqlite::Row& row) { out.names[row.integer(0)]; });
  if (!done) return failure(done.error());
  done = with.db.each("SELECT key, id FROM meter", [&](const sqlite::Row& row) {
    const auto set_aside = with.copied.meter_ids_of_rows.find(row.integer(0));
    out.with_record.insert(row.integer(0));
    out.names[row.integer(0)].in_record =
        set_aside == with.copied.meter_ids_of_rows.end() ? row.string(1) : set_aside->second;
  });
  if (!done) return failure(done.error());
  for (const auto& [key, id] : with.copied.meter_ids) out.names[key].in_index = id;
  return out;
}

/// `m?1`: what is left of a name, fit to be printed.
std::string printable(std::string name) {
  std::ranges::replace_if(
      name,
      [](char c) {
        return !is_identifier({&c, 1});
      },
      '?');
  return name;
}

std::string about_record(const salvage::GivenName& given) {
  const bool is_named = given.from != salvage::GivenName::From::Nowhere;
  return std::string{"its record is lost (serial number, supply, clock)"} +
         (is_named ? "; it is read anew"
                   : ", and its name with it; its data stands under this one");
}

/// Empty where the record's own name is beyond doubt.
std::string about_name(const salvage::NamesLeft& left, const salvage::GivenName& given) {
  const std::string damaged = "its name is damaged in its record (`" + printable(left.in_record);
  switch (given.from) {
    case salvage::GivenName::From::Record:
      if (given.rival.empty()) return "";
      return "the index of names calls it " + given.rival + ", and nothing tells which is right";
    case salvage::GivenName::From::Index:
      return damaged + "`); the index still has it";
    case salvage::GivenName::From::Elsewhere:
      return damaged + "`); this one is known elsewhere and differs in one octet";
    case salvage::GivenName::From::Nowhere:
      return damaged + "`) and is known nowhere else; its record and its data stand under this one";
  }
  return "";
}

Stored<std::string> about_commands(sqlite::Database& db, std::int64_t key) {
  const auto live = db.number("SELECT count(*) FROM command WHERE meter = ? AND ended = 0", key);
  if (!live) return failure(live.error());
  if (live->value_or(0) == 0) return std::string{};
  return "; its live commands stay: " + std::to_string(**live);
}

Stored<Done> name_meters(const MendWith& with) {
  auto& db = with.db;
  const auto left = what_is_left(with);
  if (!left) return failure(left.error());
  Stored<std::set<std::string>> mentioned{std::set<std::string>{}};
  const auto in_doubt = [](const auto& one) { return one.second.is_in_doubt(); };
  if (std::ranges::any_of(left->names, in_doubt)) mentioned = mentioned_names(db);
  if (!mentioned) return failure(mentioned.error());
  // Out of each other's way: a name may go from one meter to another.
  auto done = db.run("UPDATE meter SET id = '#' || key");
  for (const auto& [key, given] : salvage::give_names(left->names, *mentioned)) {
    const bool has_record = left->with_record.contains(key);
    if (!done) return done;
    done = has_record ? db.run("UPDATE meter SET id = ? WHERE key = ?", given.id, key)
                      : db.run(
                            "INSERT INTO meter (key, id, model, first_seen_ms)"
                            " VALUES (?, ?, '', ?)",
                            key, given.id, with.now);
    const std::string what =
        has_record ? about_name(left->names.at(key), given) : about_record(given);
    if (!done || what.empty()) continue;
    const auto commands = about_commands(db, key);
    if (!commands) return failure(commands.error());
    with.told.push_back("meter " + given.id + ": " + what + *commands);
  }
  return done;
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

// Begins where the one before ended, or where its collection did; where neither is known, what the
// meter has from before now may be another's. `sealed` ones end where the next begins.
Stored<Done> add_tenancy(sqlite::Database& db, MeterKey meter, Epoch epoch, bool sealed,
                         UtcTime now) {
  return db.run(
      "INSERT INTO tenancy (meter, epoch, starts_ms, ends_ms, sealed, effective_s, synchronised_ms)"
      " SELECT ?1, ?2, coalesce(b.ends_ms, m.first_seen_ms),"
      "  iif(?3, coalesce((SELECT min(n.starts_ms) FROM tenancy n WHERE n.meter = ?1"
      "   AND n.epoch > ?2), ?4), NULL), ?3, coalesce(b.ends_ms / 1000,"
      "  (SELECT c.position FROM cursor c WHERE c.meter = ?1 AND c.epoch = ?2"
      "   AND c.kind = 'profile from'), iif(?2 > 1, ?4 / 1000, NULL)), ?4"
      " FROM meter m LEFT JOIN tenancy b ON b.meter = ?1 AND b.epoch = ?2 - 1 WHERE m.key = ?1",
      meter, epoch, sealed, now);
}

/// Only the last tenancy of a meter is open.
Stored<Done> seal_before(const MendWith& with, MeterKey meter, Epoch last) {
  std::vector<std::string> sealed;
  auto done = with.db.each(
      "SELECT m.id, t.epoch FROM tenancy t JOIN meter m ON m.key = t.meter"
      " WHERE t.meter = ? AND t.epoch < ? AND (t.sealed = 0 OR t.ends_ms IS NULL)",
      [&](const sqlite::Row& row) {
        sealed.push_back("meter " + row.string(0) + ": tenancy " + row.string(1) +
                         " was open beside a later one; it is sealed now");
      },
      meter, last);
  if (!done || sealed.empty()) return done;
  std::ranges::move(sealed, std::back_inserter(with.told));
  return with.db.run(
      "UPDATE tenancy SET sealed = 1, ends_ms = coalesce(ends_ms, ?)"
      " WHERE meter = ? AND epoch < ? AND (sealed = 0 OR ends_ms IS NULL)",
      with.now, meter, last);
}

Stored<Done> mend_tenancies(const MendWith& with) {
  auto all = epochs_of_all(with.db);
  if (!all) return failure(all.error());
  for (auto& [meter, epochs] : *all) {
    std::set<Epoch> every = epochs.known;
    every.insert(epochs.with_data.begin(), epochs.with_data.end());
    if (every.empty()) every.insert(1);
    const Epoch newest = *every.rbegin();
    const Epoch newest_known = epochs.known.empty() ? newest : *epochs.known.rbegin();
    const auto ended = with.db.number(
        "SELECT sealed OR ends_ms IS NOT NULL FROM tenancy WHERE meter = ? AND epoch = ?", meter,
        newest_known);
    if (!ended) return failure(ended.error());
    const bool has_ended = ended->value_or(0) != 0;
    // The one that followed is lost: what comes from now on is not the old tenant's. Nor is it that
    // of data beyond, the number of whose tenancy may be damaged.
    const Epoch last = newest_known + (has_ended && newest > newest_known ? 1 : 0);
    if (newest > last || (has_ended && newest == newest_known)) every.insert(newest + 1);
    if (auto done = seal_before(with, meter, *every.rbegin()); !done) return done;
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

// Readings are found, and erased, by the days that a meter has any of.
Stored<Done> mend_days_of_readings(const MendWith& with) {
  if (!with.lost_any({"register_day"})) return Done{};
  return with.db.run(
      "INSERT OR IGNORE INTO register_day (day, meter, epoch) SELECT DISTINCT"
      // Rounded down before 1970 too.
      " (read_ms + 86400000000000) / 86400000 - 1000000, meter, epoch FROM register_reading");
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
  if (auto done = mend_tenancies(with); !done) return done;
  return mend_days_of_readings(with);
}

}  // namespace metergate::care
