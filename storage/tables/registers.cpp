// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "storage/blobs/reading_blob.hpp"
#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

// Turns rows `read_ms, registers` into readings.
auto collect_into(std::vector<RegisterReading>& out, sqlite::Database& db, ChannelIds& channels,
                  MeterKey meter) {
  return [&out, &db, &channels, meter](const sqlite::Row& row) -> Stored<Done> {
    RegisterReading reading{row.time_ms(0), {}};
    auto registers = blobs::decode_reading(row.octets(1));
    if (!registers) {
      return failure(db.error(StorageError::Reason::Corrupt,
                              "the reading of meter " + std::to_string(meter) + " at " +
                                  rfc3339::text(reading.read_at) + " is not readable: " +
                                  std::string{blobs::blob_fault_word(registers.error())}));
    }
    for (const blobs::StoredRegister& reg : *registers) {
      auto code = channels.code_of(db, reg.channel);
      if (!code) return failure(code.error());
      reading.values.push_back({*code, reg.value, reg.unit});
    }
    out.push_back(std::move(reading));
    return Done{};
  };
}

/// A meter may tell of one moment in two messages: what a stored reading lacks joins it. Whether
/// there was anything.
Stored<bool> add_to_reading(sqlite::Database& db, MeterKey meter, Epoch epoch, UtcTime read_at,
                            const std::vector<blobs::StoredRegister>& registers) {
  std::optional<std::vector<blobs::StoredRegister>> known;
  auto done = db.each(
      "SELECT registers FROM register_reading WHERE read_ms = ? AND meter = ? AND epoch = ?",
      [&](const sqlite::Row& row) {
        if (auto stored = blobs::decode_reading(row.octets(0))) known = std::move(*stored);
      },
      read_at, meter, epoch);
  if (!done) return failure(done.error());
  // One that cannot be read is told of by whoever reads it.
  if (!known) return false;
  const std::size_t before = known->size();
  for (const blobs::StoredRegister& one : registers) {
    const bool is_there =
        std::ranges::find(*known, one.channel, &blobs::StoredRegister::channel) != known->end();
    if (!is_there) known->push_back(one);
  }
  if (known->size() == before) return false;
  done = db.run(
      "UPDATE register_reading SET registers = ? WHERE read_ms = ? AND meter = ? AND epoch = ?",
      blobs::encode_reading(*known), read_at, meter, epoch);
  if (!done) return failure(done.error());
  return true;
}

}  // namespace

Stored<Done> Ledger::store_registers(MeterKey meter, Epoch epoch, const RegisterReading& reading) {
  return impl_->write("storing registers", [&]() -> Stored<Done> {
    auto& db = impl_->db;
    const auto day = std::chrono::floor<std::chrono::days>(reading.read_at);
    // A day whose readings the broker has: its row stands in the outbox, so there is the tenancy,
    // and the day among those with readings. A meter that is read all day writes two rows, not four
    // statements' worth.
    const bool is_known_day =
        impl_->published.holds(PublishedData::Key{meter, epoch, DataKind::Registers, day});
    if (!is_known_day) {
      if (auto known = impl_->expect_tenancy(meter, epoch); !known) return known;
    }
    std::vector<blobs::StoredRegister> registers;
    registers.reserve(reading.values.size());
    for (const RegisterValue& value : reading.values) {
      auto channel = impl_->channels.id_of(db, value.obis);
      if (!channel) return failure(channel.error());
      registers.push_back({*channel, value.value, value.unit});
    }
    auto done = db.run(
        "INSERT INTO register_reading (read_ms, meter, epoch, registers) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        reading.read_at, meter, epoch, blobs::encode_reading(registers));
    if (!done) return done;
    if (db.changes() == 0) {
      const auto added = add_to_reading(db, meter, epoch, reading.read_at, registers);
      if (!added) return failure(added.error());
      if (!*added) return Done{};
    }
    if (!is_known_day) {
      done = db.run(
          "INSERT INTO register_day (day, meter, epoch) VALUES (?, ?, ?)"
          " ON CONFLICT DO NOTHING",
          day, meter, epoch);
      if (!done) return done;
    }
    const auto second = std::chrono::floor<std::chrono::seconds>(reading.read_at);
    return impl_->mark_unpublished(meter, epoch, DataKind::Registers, day, second, second);
  });
}

Stored<std::vector<RegisterReading>> Ledger::registers(MeterKey meter, Epoch epoch, UtcSeconds from,
                                                       UtcSeconds to, std::size_t limit) const {
  return impl_->read("reading registers", [&]() -> Stored<std::vector<RegisterReading>> {
    std::vector<RegisterReading> out;
    const UtcTime from_ms = from;
    const UtcTime to_ms = to;
    auto done = impl_->db.each(
        "SELECT read_ms, registers FROM register_reading"
        " WHERE read_ms >= ? AND read_ms < ? AND meter = ? AND epoch = ? ORDER BY read_ms LIMIT ?",
        collect_into(out, impl_->db, impl_->channels, meter), from_ms, to_ms, meter, epoch, limit);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::optional<RegisterReading>> Ledger::last_registers(MeterKey meter, Epoch epoch) const {
  return impl_->read("reading the last registers", [&]() -> Stored<std::optional<RegisterReading>> {
    auto& db = impl_->db;
    // Back from day to day to the last one with a reading of this meter.
    auto day = db.number(
        "WITH RECURSIVE back (day) AS ("
        " SELECT max(day) FROM register_day"
        " UNION ALL"
        " SELECT (SELECT max(d.day) FROM register_day d WHERE d.day < back.day)"
        " FROM back WHERE back.day IS NOT NULL)"
        " SELECT d.day FROM back CROSS JOIN register_day d"
        " WHERE d.day = back.day AND d.meter = ? AND d.epoch = ? LIMIT 1",
        meter, epoch);
    if (!day) return failure(day.error());
    std::vector<RegisterReading> found;
    if (!*day) return std::optional<RegisterReading>{};
    const UtcTime begin = std::chrono::sys_days{std::chrono::days{**day}};
    auto done = db.each(
        "SELECT read_ms, registers FROM register_reading"
        " WHERE read_ms >= ? AND read_ms < ? AND meter = ? AND epoch = ?"
        " ORDER BY read_ms DESC LIMIT 1",
        collect_into(found, db, impl_->channels, meter), begin, begin + std::chrono::days{1}, meter,
        epoch);
    if (!done) return failure(done.error());
    if (found.empty()) return std::optional<RegisterReading>{};
    return std::optional{std::move(found.front())};
  });
}

}  // namespace metergate
