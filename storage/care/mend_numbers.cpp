// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "storage/care/mend.hpp"
#include "storage/ledger.hpp"

namespace metergate::care {
namespace {

constexpr std::int64_t kLastNumber = std::numeric_limits<std::uint32_t>::max();

/// Orders that may have left under ids of which no trace is left. A meter's own last id is read
/// before each order besides, and the higher one counts.
constexpr std::int64_t kTransactionsBeyond = 1000;

/// A ledger whose log was lost is behind by at most 256 commits (`wal_autocheckpoint`), each of
/// which may have reserved 500 counters.
constexpr std::int64_t kCountersBeyond = 256LL * 500;
/// For a meter of which no counter is left: years of exchanges beyond any other meter's.
constexpr std::int64_t kCountersUnknown = 1LL << 24U;

Stored<Done> put_floor(sqlite::Database& db, std::string_view name, std::int64_t value) {
  return db.run(
      "INSERT INTO care (name, value) VALUES (?1, min(?2, ?3))"
      " ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
      name, value, kLastNumber);
}

Stored<Done> mend_transactions(const MendWith& with) {
  auto done = with.db.run(
      "UPDATE meter SET last_transaction = max(last_transaction,"
      " ifnull((SELECT max(c.transaction_id) FROM command c WHERE c.meter = meter.key), 0),"
      " ifnull((SELECT max(s.transaction_id) FROM command c JOIN command_step s"
      "  ON s.command = c.key WHERE c.meter = meter.key), 0),"
      " ifnull((SELECT max(t.transaction_id) FROM tenancy t WHERE t.meter = meter.key), 0))");
  if (!done || !with.lost_any({"meter", "command", "command_step", "tenancy"})) return done;
  // Steps whose command is lost belong to some meter.
  auto highest = with.db.number(
      "SELECT max(ifnull((SELECT max(last_transaction) FROM meter), 0),"
      " ifnull((SELECT max(transaction_id) FROM command_step), 0))");
  if (!highest) return failure(highest.error());
  const std::int64_t beyond_all = highest->value_or(0) + kTransactionsBeyond;
  done = with.db.run(
      "UPDATE meter SET last_transaction = min(?3,"
      " iif(model = '', ?1, last_transaction + ?2))",
      beyond_all, kTransactionsBeyond, kLastNumber);
  if (!done) return done;
  with.told.push_back("transaction ids go on " + std::to_string(kTransactionsBeyond) +
                      " above the highest that is left of each meter");
  return with.lost_any({"meter"}) ? put_floor(with.db, "transaction_floor", beyond_all) : done;
}

Stored<Done> mend_counters(const MendWith& with) {
  if (!with.lost_any({"dlms_counter"})) return Done{};
  auto highest = with.db.number("SELECT max(reserved_end) FROM dlms_counter");
  if (!highest) return failure(highest.error());
  auto done = with.db.run("UPDATE dlms_counter SET reserved_end = min(?2, reserved_end + ?1)",
                          kCountersBeyond, kLastNumber);
  if (!done) return done;
  const std::int64_t from = highest->value_or(0) + kCountersUnknown;
  with.told.push_back(
      "DLMS invocation counters of meters that have none left begin at " + std::to_string(from) +
      "; a meter with more than that behind it needs new keys before it is spoken to");
  return put_floor(with.db, "dlms_counter_floor", from);
}

}  // namespace

Stored<Done> mend_numbers(const MendWith& with) {
  if (auto done = mend_transactions(with); !done) return done;
  return mend_counters(with);
}

}  // namespace metergate::care
