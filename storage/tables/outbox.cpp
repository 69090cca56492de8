// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocols/octets/text_octets.hpp"
#include "storage/ledger_impl.hpp"
#include "storage/tables/week.hpp"

namespace metergate {
namespace {

std::string string_of(OctetView octets) { return {octets.begin(), octets.end()}; }

}  // namespace

Stored<Done> Ledger::enqueue(const OutboxMessage& message) {
  return impl_->write_plainly("storing a message for the broker", [&] {
    return impl_->db.run(
        "INSERT INTO outbox_message (id, topic, payload, correlation_data, expires_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        impl_->next_message_id++, message.topic, message.payload,
        octets_of(message.correlation_data), message.expires_at);
  });
}

Stored<std::vector<OutboxMessage>> Ledger::outbox_messages(std::int64_t after_id,
                                                           std::size_t limit) const {
  return impl_->read("reading the outbox", [&]() -> Stored<std::vector<OutboxMessage>> {
    std::vector<OutboxMessage> out;
    auto done = impl_->db.each(
        "SELECT id, topic, payload, correlation_data, expires_ms FROM outbox_message"
        " WHERE id > ? ORDER BY id LIMIT ?",
        [&](const sqlite::Row& row) {
          out.push_back({row.integer(0), row.string(1), row.string(2), string_of(row.octets(3)),
                         row.maybe_time_ms(4)});
        },
        after_id, limit);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<Done> Ledger::published(std::int64_t message_id) {
  return impl_->write_plainly("clearing a published message", [&] {
    // Answers may hold what only their asker should see.
    return impl_->erase(
        [&] { return impl_->db.run("DELETE FROM outbox_message WHERE id = ?", message_id); });
  });
}

Stored<std::vector<OutboxData>> Ledger::outbox_data(std::size_t limit) const {
  return impl_->read("reading the outbox", [&]() -> Stored<std::vector<OutboxData>> {
    std::vector<OutboxData> out;
    auto done = impl_->db.each(
        "SELECT day, kind, meter, epoch, version, first_s, last_s FROM outbox_data"
        " ORDER BY week DESC, day DESC, kind, meter, epoch LIMIT ?",
        [&](const sqlite::Row& row) {
          const auto day = row.day(0);
          const OutboxData data{.meter = row.integer(2),
                                .epoch = row.integer(3),
                                .kind = row.as<DataKind>(1),
                                .day = day,
                                .version = row.integer(4),
                                .from = day + std::chrono::seconds{row.integer(5)},
                                .to = day + std::chrono::seconds{row.integer(6)}};
          if (out.size() < limit && !impl_->published.holds(data)) out.push_back(data);
        },
        limit + impl_->published.size());
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<Done> Ledger::published(const OutboxData& data) {
  impl_->db.set_activity("clearing published data");
  // An addition since the data was read has given the row another version.
  auto version = impl_->db.number(
      "SELECT version FROM outbox_data"
      " WHERE week = ? AND kind = ? AND meter = ? AND epoch = ? AND day = ?",
      week_of(data.day), static_cast<int>(data.kind), data.meter, data.epoch, data.day);
  if (!version) return failure(version.error());
  if (*version == data.version) impl_->published.add(data);
  if (impl_->published.size() <= PublishedData::kMost) return Done{};
  return impl_->write_plainly("clearing published data", [&] { return impl_->clear_published(); });
}

Stored<Done> Ledger::Impl::clear_published() {
  for (const auto& [key, data] : published.rows()) {
    if (auto done = delete_published(data); !done) return done;
  }
  published.clear();
  return Done{};
}

Stored<Done> Ledger::Impl::delete_published(const OutboxData& data) {
  return db.run(
      "DELETE FROM outbox_data"
      " WHERE week = ? AND kind = ? AND meter = ? AND epoch = ? AND day = ? AND version = ?",
      week_of(data.day), static_cast<int>(data.kind), data.meter, data.epoch, data.day,
      data.version);
}

Stored<Ledger::OutboxSize> Ledger::outbox_size() const {
  return impl_->read("counting the outbox", [&]() -> Stored<OutboxSize> {
    auto messages = impl_->db.number("SELECT count(*) FROM outbox_message");
    if (!messages) return failure(messages.error());
    auto days = impl_->db.number("SELECT count(*) FROM outbox_data");
    if (!days) return failure(days.error());
    const auto rows = static_cast<std::size_t>(days->value_or(0));
    return OutboxSize{static_cast<std::size_t>(messages->value_or(0)),
                      rows - std::min(rows, impl_->published.size())};
  });
}

Stored<Done> Ledger::Impl::mark_unpublished(MeterKey meter, Epoch epoch, DataKind kind,
                                            std::chrono::sys_days day, UtcSeconds from,
                                            UtcSeconds to) {
  // What the broker has of the day needn't be told again with what is new.
  const bool told = published.take({meter, epoch, kind, day});
  return db.run(
      "INSERT INTO outbox_data (week, kind, meter, epoch, day, version, first_s, last_s)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
      " version = excluded.version,"
      " first_s = CASE WHEN ?9 THEN excluded.first_s ELSE min(first_s, excluded.first_s) END,"
      " last_s = CASE WHEN ?9 THEN excluded.last_s ELSE max(last_s, excluded.last_s) END",
      week_of(day), static_cast<int>(kind), meter, epoch, day, next_version++, (from - day).count(),
      (to - day).count(), told);
}

}  // namespace metergate
