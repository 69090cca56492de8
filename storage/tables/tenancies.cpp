// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>
#include <string>

#include "storage/ledger_impl.hpp"
#include "storage/tables/tenancy_border.hpp"
#include "storage/tables/tenancy_hops.hpp"
#include "storage/tenancy_record.hpp"

/// The tenancies of a meter: opened one after the other, each sealed by the next, erasable alone.
namespace metergate {
namespace {

constexpr std::array<std::string_view, 4> kEvidence{"response", "read-back", "log-entry", "box"};

StoredTenancy tenancy_from(const sqlite::Row& row) {
  StoredTenancy tenancy{.epoch = row.integer(0),
                        .starts = row.time_ms(1),
                        .ends = row.maybe_time_ms(2),
                        .effective = row.maybe_time_s(3),
                        .transaction = row.as<operation::TransactionId>(4),
                        .command = row.string(5),
                        .evidence = row.string(6)};
  if (!row.is_null(7)) tenancy.actions = ChangeActions::of_bits(row.as<std::uint32_t>(7));
  tenancy.relay = parse_relay_after(row.text(8)).value_or(RelayAfter::Unchanged);
  tenancy.synchronised = row.maybe_time_ms(9);
  tenancy.checks_json = row.string(10);
  tenancy.erased = row.maybe_time_ms(11);
  return tenancy;
}

Stored<Done> put_cursor(sqlite::Database& db, MeterKey meter, Epoch epoch, std::string_view kind,
                        std::int64_t position) {
  return db.run("INSERT INTO cursor (meter, epoch, kind, position) VALUES (?, ?, ?, ?)", meter,
                epoch, kind, position);
}

/// Everything that belongs to one tenancy of a meter, its readings of registers aside.
constexpr std::array kOfTenancy{
    sqlite::Sql{
        "DELETE FROM profile_hot_0 WHERE" METERGATE_OF_TENANCY("start_s", "profile_hot_0", "")},
    sqlite::Sql{
        "DELETE FROM profile_hot_1 WHERE" METERGATE_OF_TENANCY("start_s", "profile_hot_1", "")},
    sqlite::Sql{
        "DELETE FROM profile_day WHERE" METERGATE_OF_TENANCY("four_weeks", "profile_day", "")},
    sqlite::Sql{"DELETE FROM daily WHERE" METERGATE_OF_TENANCY("day", "daily", "")},
    sqlite::Sql{"DELETE FROM register_day WHERE" METERGATE_OF_TENANCY("day", "register_day", "")},
    sqlite::Sql{"DELETE FROM log_entry WHERE meter = ?1 AND epoch = ?2"},
    sqlite::Sql{"DELETE FROM billing_snapshot WHERE meter = ?1 AND epoch = ?2"},
    sqlite::Sql{"DELETE FROM cursor WHERE meter = ?1 AND epoch = ?2"},
    sqlite::Sql{"DELETE FROM hole WHERE meter = ?1 AND epoch = ?2"},
    // The kind stands before the meter in the key, so each has to be named.
    sqlite::Sql{"DELETE FROM outbox_data WHERE kind IN (1, 2, 3, 4) AND" METERGATE_OF_TENANCY(
        "week", "outbox_data", "")},
};

constexpr sqlite::Sql kDaysWithReadings{
    "SELECT day FROM register_day WHERE" METERGATE_OF_TENANCY("day", "register_day", "")};

/// The times of a tenancy there is something of, in seconds or days, by the kind it is published
/// as.
struct TimesOfKind {
  DataKind kind;
  std::chrono::seconds unit;
  sqlite::Sql times;
};
constexpr std::chrono::seconds kSecond{1};
constexpr std::chrono::seconds kDay{std::chrono::days{1}};
constexpr std::array kTimesOfTenancy{
    TimesOfKind{DataKind::Registers, kDay, kDaysWithReadings},
    TimesOfKind{DataKind::Daily, kDay,
                "SELECT DISTINCT day FROM daily WHERE" METERGATE_OF_TENANCY("day", "daily", "")},
    TimesOfKind{
        DataKind::Profile, kDay,
        "SELECT day FROM profile_day WHERE" METERGATE_OF_TENANCY("four_weeks", "profile_day", "")},
    TimesOfKind{DataKind::Profile, kSecond,
                "SELECT DISTINCT start_s FROM profile_hot_0 WHERE" METERGATE_OF_TENANCY(
                    "start_s", "profile_hot_0", "")},
    TimesOfKind{DataKind::Profile, kSecond,
                "SELECT DISTINCT start_s FROM profile_hot_1 WHERE" METERGATE_OF_TENANCY(
                    "start_s", "profile_hot_1", "")},
    TimesOfKind{DataKind::Log, kSecond,
                "SELECT DISTINCT meter_time_s FROM log_entry WHERE meter = ?1 AND epoch = ?2"},
};
static_assert(static_cast<int>(DataKind::Registers) == 1 && static_cast<int>(DataKind::Log) == 4,
              "the statement above names the kinds by number");

Stored<std::set<std::chrono::sys_days>> days_of(sqlite::Database& db, const TimesOfKind& of,
                                                MeterKey meter, Epoch epoch) {
  std::set<std::chrono::sys_days> out;
  auto done = db.each(
      of.times,
      [&](const sqlite::Row& row) {
        // A meter's clock may stand before 1970.
        out.insert(std::chrono::floor<std::chrono::days>(UtcSeconds{row.integer(0) * of.unit}));
      },
      meter, epoch);
  if (!done) return failure(done.error());
  return out;
}

// Readings have no key that leads to a meter: those of its days are walked through, not all.
Stored<Done> erase_readings(sqlite::Database& db, MeterKey meter, Epoch epoch) {
  std::vector<std::chrono::sys_days> days;
  auto done = db.each(
      kDaysWithReadings, [&](const sqlite::Row& row) { days.push_back(row.day(0)); }, meter, epoch);
  for (const std::chrono::sys_days day : days) {
    if (!done) return done;
    done = db.run(
        "DELETE FROM register_reading"
        " WHERE read_ms >= ? AND read_ms < ? AND meter = ? AND epoch = ?",
        UtcTime{day}, UtcTime{day + std::chrono::days{1}}, meter, epoch);
  }
  return done;
}

// The journal repeats the meter's logs for those who tail it; the past of another tenant is not
// theirs to see. The entries themselves stay, sealed. No index leads to a meter's lines: it would
// write a page more for each, and a tenancy ends once in years. So it is walked through, once.
Stored<Done> clear_journal(sqlite::Database& db, MeterKey meter) {
  // The newest line stays as an empty one, so that ids go on from it.
  auto done = db.run(
      "DELETE FROM journal WHERE log <> '' AND meter = (SELECT id FROM meter WHERE key = ?)"
      " AND id < (SELECT max(id) FROM journal)",
      meter);
  if (!done) return done;
  return db.run(
      "UPDATE journal SET log = '', text = '', fields_json = ''"
      " WHERE id = (SELECT max(id) FROM journal) AND log <> ''"
      " AND meter = (SELECT id FROM meter WHERE key = ?)",
      meter);
}

// Pages that were given back, as a folded day's are, hold what stood there until they are used
// again: so all of them are, for once.
Stored<Done> zero_free_pages(sqlite::Database& db) {
  constexpr std::int64_t kPageOctets = 4'096;
  constexpr std::int64_t kPagesAtOnce = 1'024;
  auto free = db.number("PRAGMA freelist_count");
  if (!free) return failure(free.error());
  auto done = db.run("CREATE TABLE zeroes (octets BLOB NOT NULL) STRICT");
  for (std::int64_t pages = free->value_or(0); done && pages > 0; pages -= kPagesAtOnce) {
    done = db.run("INSERT INTO zeroes VALUES (zeroblob(?))",
                  std::min(pages, kPagesAtOnce) * kPageOctets);
  }
  if (!done) return done;
  return db.run("DROP TABLE zeroes");
}

}  // namespace

std::string_view tenancy_evidence_word(TenancyEvidence evidence) {
  return kEvidence[static_cast<std::size_t>(evidence)];
}

Stored<Epoch> Ledger::open_tenancy(MeterKey meter, const TenancyBegin& begin, UtcTime now) {
  return impl_->write("opening a tenancy", [&]() -> Stored<Epoch> {
    auto& db = impl_->db;
    auto open = db.number("SELECT max(epoch) FROM tenancy WHERE meter = ?", meter);
    if (!open) return failure(open.error());
    if (!*open) {
      return failure(impl_->misuse("there is no meter with key " + std::to_string(meter)));
    }
    const Epoch next = **open + 1;
    auto done = db.run("UPDATE tenancy SET ends_ms = ?, sealed = 1 WHERE meter = ? AND epoch = ?",
                       now, meter, **open);
    if (!done) return failure(done.error());
    std::optional<std::uint32_t> actions;
    if (begin.actions) actions = begin.actions->bits();
    done = db.run(
        "INSERT INTO tenancy (meter, epoch, starts_ms, effective_s, transaction_id, command,"
        " evidence, actions, relay_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        meter, next, now, begin.effective, begin.transaction,
        begin.command ? begin.command->text() : std::string{},
        tenancy_evidence_word(begin.evidence), actions, relay_after_word(begin.relay));
    if (!done) return failure(done.error());
    // Nothing before these belongs to the new tenant: it is neither asked for nor missed.
    const auto first = begin.first_interval.time_since_epoch().count();
    for (const std::string_view kind : {"profile", "profile from"}) {
      done = put_cursor(db, meter, next, kind, first);
      if (!done) return failure(done.error());
    }
    done = put_cursor(db, meter, next, "daily", begin.first_day.time_since_epoch().count());
    if (!done) return failure(done.error());
    done = draw_border(*impl_, meter, **open, next, begin);
    if (!done) return failure(done.error());
    done = clear_journal(db, meter);
    if (!done) return failure(done.error());
    return next;
  });
}

Stored<std::vector<StoredTenancy>> Ledger::tenancies(MeterKey meter) const {
  return impl_->read("reading tenancies", [&]() -> Stored<std::vector<StoredTenancy>> {
    std::vector<StoredTenancy> out;
    auto done = impl_->db.each(
        "SELECT epoch, starts_ms, ends_ms, effective_s, transaction_id, command, evidence,"
        " actions, relay_after, synchronised_ms, checks_json, erased_ms"
        " FROM tenancy WHERE meter = ? ORDER BY epoch",
        [&](const sqlite::Row& row) { out.push_back(tenancy_from(row)); }, meter);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<TenancyToSynchronise>> Ledger::tenancies_to_synchronise() const {
  return impl_->read("reading tenancies", [&]() -> Stored<std::vector<TenancyToSynchronise>> {
    std::vector<TenancyToSynchronise> out;
    auto done = impl_->db.each(
        "SELECT meter, epoch FROM tenancy WHERE synchronised_ms IS NULL AND ends_ms IS NULL"
        " ORDER BY meter",
        [&](const sqlite::Row& row) {
          out.push_back({row.integer(0), row.integer(1)});
        });
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<Done> Ledger::set_synchronised(MeterKey meter, Epoch epoch, std::string_view checks_json,
                                      UtcTime now) {
  return impl_->write("storing the end of a synchronisation", [&] {
    return impl_->db.run(
        "UPDATE tenancy SET synchronised_ms = ?, checks_json = ? WHERE meter = ? AND epoch = ?",
        now, checks_json, meter, epoch);
  });
}

Stored<Done> Ledger::publish_again(MeterKey meter, Epoch epoch) {
  return impl_->write("publishing a tenancy again", [&]() -> Stored<Done> {
    constexpr std::chrono::seconds kLastSecond{86'399};
    for (const TimesOfKind& of : kTimesOfTenancy) {
      auto days = days_of(impl_->db, of, meter, epoch);
      if (!days) return failure(days.error());
      for (const std::chrono::sys_days day : *days) {
        auto done = impl_->mark_unpublished(meter, epoch, of.kind, day, day, day + kLastSecond);
        if (!done) return done;
      }
    }
    return Done{};
  });
}

Stored<Done> Ledger::erase_tenancy(MeterKey meter, Epoch epoch, UtcTime now) {
  return impl_->write("erasing a tenancy", [&]() -> Stored<Done> {
    return impl_->erase([&]() -> Stored<Done> {
      auto& db = impl_->db;
      auto marked =
          db.run("UPDATE tenancy SET erased_ms = ? WHERE meter = ? AND epoch = ? AND sealed = 1",
                 now, meter, epoch);
      if (!marked) return marked;
      if (db.changes() == 0) {
        return failure(impl_->misuse("meter " + std::to_string(meter) + " has no sealed tenancy " +
                                     std::to_string(epoch)));
      }
      // First, while it is known which days they are of.
      if (auto done = erase_readings(db, meter, epoch); !done) return done;
      for (const sqlite::Sql& sql : kOfTenancy) {
        if (auto done = db.run(sql, meter, epoch); !done) return done;
      }
      impl_->published.forget(meter, epoch);
      return zero_free_pages(db);
    });
  });
}

}  // namespace metergate
