// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "meters/command.hpp"
#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/outcome.hpp"
#include "meters/reading.hpp"
#include "storage/journal_row.hpp"
#include "storage/ledger_records.hpp"
#include "storage/retention_policy.hpp"
#include "storage/storage_error.hpp"

/// The ledger: everything the box must not forget, in one SQLite file (WAL, synchronous FULL).
///
/// One writer: the gateway's loop thread. Writes gather in one open transaction; `commit()` makes
/// all of them durable at once (group commit), and nothing is told to anyone before it returned.
/// A failed commit has rolled everything since the last one back; `epoch`-keyed data is collected
/// again, commands that were not yet committed were never acknowledged. A write that fails leaves
/// nothing of itself behind; where SQLite gave up the whole transaction with it (disk full, I/O),
/// every further write and the next commit() answer with that failure, and after it all goes on.
///
/// Readers (the command line) open the same file with `LedgerMode::ReadOnly`.
namespace metergate {

enum class LedgerMode : std::uint8_t { ReadWrite, ReadOnly };

/// Row number of a meter in the store; small, so that every data row stays small.
using MeterKey = std::int64_t;
/// Counts the tenancies of a meter, from 1. All data belongs to (meter, epoch) (promise 6).
using Epoch = std::int64_t;
using CommandKey = std::int64_t;

struct StoredMeter {
  MeterKey key = 0;
  MeterId id;
  std::string model;
  std::string serial;  ///< empty until known
  Epoch epoch = 1;     ///< the open tenancy
  /// Since when, on the meter's clock; empty for the first one a box knows of.
  std::optional<UtcSeconds> tenancy_from{};
  operation::TransactionId tenancy_transaction = 0;  ///< of the order that opened it, if ours
  operation::TransactionId last_transaction = 0;
  SupplyState supply_reported = SupplyState::Unknown;
  SupplyCauses supply_causes;
  std::optional<UtcTime> supply_read_at;
  SupplyState supply_desired = SupplyState::Unknown;
  std::optional<UtcTime> last_contact;
  std::string session_state;                    ///< word of the session state when last written
  std::optional<std::int64_t> clock_offset_ms;  ///< meter minus gateway when last read
};

struct StoredCommand {
  CommandKey key = 0;
  Command command;
  CommandState state = CommandState::Accepted;
  Reason reason = Reason::None;
  std::uint32_t attempt = 0;
  operation::TransactionId transaction = 0;  ///< of the last transmission, 0 = none yet
  UtcTime accepted_at{};
  UtcTime changed_at{};
  std::string result_json{};
};

/// What became of `insert_command`.
struct Inserted {
  CommandKey key = 0;
};
struct AlreadyThere {
  StoredCommand existing;
  bool same_body = false;  ///< false: the id was used for another content
};
struct TokenSeenBefore {
  CommandId by;  ///< the command that carried these digits for this meter
};
using InsertOutcome = std::variant<Inserted, AlreadyThere, TokenSeenBefore>;

/// A message that must reach the broker, in order: outcomes of commands, alarms.
struct OutboxMessage {
  std::int64_t id = 0;  ///< ascending = the order to publish in
  std::string topic;
  std::string payload;
  std::string correlation_data;
  std::optional<UtcTime> expires_at;
};

enum class DataKind : std::uint8_t { Registers = 1, Daily, Profile, Log };

/// A meter-day of data that the broker has not been given yet. The message is made from the store
/// when it is sent, so a long outage leaves one row per meter and day, not one per value (P10).
struct OutboxData {
  MeterKey meter = 0;
  Epoch epoch = 1;
  DataKind kind = DataKind::Profile;
  std::chrono::sys_days day;
  std::int64_t version = 0;  ///< grows with every addition; `published` clears only what was seen
  UtcSeconds from;           ///< first and last time among the unpublished rows, both included
  UtcSeconds to;
};

// Tenancies: storage/tenancy_record.hpp.
struct TenancyBegin;
struct StoredTenancy;
struct TenancyToSynchronise;
struct BillingSnapshot;
struct TariffReading;
struct Folded;  // storage/folded.hpp

/// A known hole: intervals that should exist and have not been read.
struct Hole {
  IntervalRange range;
  std::uint32_t tries = 0;
  UtcTime next_try;
};

class Ledger {
 public:
  /// Opens or creates; migrates an older schema forward inside one transaction. A file from a newer
  /// release is refused untouched. Creates the file with mode 0600.
  [[nodiscard]] static Stored<Ledger> open(const std::filesystem::path& file, LedgerMode mode);
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  // ---- group commit -----------------------------------------------------------------------------
  /// Makes every write since the last commit durable (fdatasync). No writes: no work.
  [[nodiscard]] Stored<Done> commit();
  /// Whether writes wait for a commit.
  [[nodiscard]] bool dirty() const;

  // ---- meters -----------------------------------------------------------------------------------
  /// The meter's row, made on first sight (epoch 1, supply state unknown).
  [[nodiscard]] Stored<StoredMeter> meter(const MeterId& id, std::string_view model, UtcTime now);
  [[nodiscard]] Stored<std::vector<StoredMeter>> meters() const;
  [[nodiscard]] Stored<std::optional<StoredMeter>> find_meter(const MeterId& id) const;
  /// All that said they have this serial number: one, or there is something to settle.
  [[nodiscard]] Stored<std::vector<StoredMeter>> meters_with_serial(
      const SerialNumber& serial) const;
  [[nodiscard]] Stored<Done> set_serial(MeterKey meter, const SerialNumber& serial);
  [[nodiscard]] Stored<Done> set_session(MeterKey meter, std::string_view state,
                                         std::optional<UtcTime> last_contact);
  [[nodiscard]] Stored<Done> set_supply_reported(MeterKey meter, const RelayReading& relay,
                                                 UtcTime read_at);
  [[nodiscard]] Stored<Done> set_supply_desired(MeterKey meter, SupplyState desired);
  [[nodiscard]] Stored<Done> set_clock_offset(MeterKey meter, std::int64_t offset_ms);
  /// The next remote transaction id of the meter, strictly growing, never given twice; also never
  /// at or below `at_least` (what the meter itself reported as its last).
  [[nodiscard]] Stored<operation::TransactionId> next_transaction(
      MeterKey meter, operation::TransactionId above = 0);

  /// Invocation counters below it may have been used with the meter's DLMS keys: never again.
  [[nodiscard]] Stored<std::uint32_t> dlms_counter_end(MeterKey meter) const;
  /// Counters below `end` may be used once this is committed. Never goes down.
  [[nodiscard]] Stored<Done> reserve_dlms_counters(MeterKey meter, std::uint32_t end);

  // ---- tenancies --------------------------------------------------------------------------------
  /// Seals the open tenancy and opens the next one, with nothing in it yet: what lies before
  /// `begin.first_interval` and `begin.first_day` is never asked for in it. Returns its epoch.
  [[nodiscard]] Stored<Epoch> open_tenancy(MeterKey meter, const TenancyBegin& begin, UtcTime now);
  /// Oldest first.
  [[nodiscard]] Stored<std::vector<StoredTenancy>> tenancies(MeterKey meter) const;
  /// Open ones whose data has not been fetched to its end yet.
  [[nodiscard]] Stored<std::vector<TenancyToSynchronise>> tenancies_to_synchronise() const;
  /// `checks_json`: what was verified at the meter.
  [[nodiscard]] Stored<Done> set_synchronised(MeterKey meter, Epoch epoch,
                                              std::string_view checks_json, UtcTime now);
  /// Marks all that is kept of a tenancy as not seen by the broker.
  [[nodiscard]] Stored<Done> publish_again(MeterKey meter, Epoch epoch);
  /// Erases all data of a sealed tenancy, past recovery from the file; its row stays, marked.
  /// Misuse for one that is open or not there.
  [[nodiscard]] Stored<Done> erase_tenancy(MeterKey meter, Epoch epoch, UtcTime now);

  // ---- commands ---------------------------------------------------------------------------------
  /// Writes the command as accepted, with its first step; or says why it is none: the id is known
  /// (`body_digest` tells same from other), or its token was carried before and it does not allow
  /// a repeat. `body_digest` is any stable digest of everything the caller meant.
  [[nodiscard]] Stored<InsertOutcome> insert_command(MeterKey meter, const Command& command,
                                                     std::string_view body_digest, UtcTime now);
  /// Appends one step; the row's state, reason, attempt and transaction follow it. Refused (Misuse)
  /// when the stored state is not `step.from`.
  [[nodiscard]] Stored<Done> append_step(CommandKey command, const Step& step);
  [[nodiscard]] Stored<std::optional<StoredCommand>> find_command(const CommandId& id) const;
  /// All that have not ended, in the order they were accepted.
  [[nodiscard]] Stored<std::vector<StoredCommand>> live_commands() const;
  /// Newest first.
  [[nodiscard]] Stored<std::vector<StoredCommand>> commands_of(MeterKey meter,
                                                               std::size_t limit) const;
  [[nodiscard]] Stored<std::vector<Step>> steps_of(CommandKey command) const;
  /// By whose right the command was accepted; nothing where no right was asked for.
  [[nodiscard]] Stored<Done> set_grant(CommandKey command, const CommandGrant& grant);
  [[nodiscard]] Stored<std::optional<CommandGrant>> grant_of(CommandKey command) const;
  /// A meter per order that opens a supply (to the relay, or with a change of tenancy) that has not
  /// ended, or was sent and ended since then.
  [[nodiscard]] Stored<std::vector<MeterKey>> relay_openings(UtcTime ended_since,
                                                             UtcTime accepted_after) const;
  /// The meters of orders that harm many when there are many, taken since then by the right of that
  /// operator and nobody else's: any token but credit, changes of tenancy and supplier, a relay to
  /// be opened. Empty: orders to a relay that took nobody's right.
  [[nodiscard]] Stored<std::vector<MeterKey>> touched_alone(const std::string& operator_name,
                                                            UtcTime since) const;
  /// Relay orders recorded as sent to the meter since `since`, for the per-day limit.
  [[nodiscard]] Stored<std::uint32_t> relay_orders_since(MeterKey meter, UtcTime since) const;

  // ---- tokens made here -------------------------------------------------------------------------
  /// What a meter's key depends on; nothing for a meter that takes no STS tokens of ours.
  [[nodiscard]] Stored<std::optional<StoredSts>> meter_sts(MeterKey meter) const;
  [[nodiscard]] Stored<Done> set_meter_sts(MeterKey meter, const StoredSts& sts);
  /// The greatest TID used for the meter under this base date.
  [[nodiscard]] Stored<std::optional<std::uint32_t>> last_tid(MeterKey meter,
                                                              std::uint8_t base_date) const;
  /// Transaction and tokens, or nothing of them; returns the transaction's key. A second token of
  /// one meter with the same TID is refused (Misuse or Corrupt, by SQLite's constraint).
  [[nodiscard]] Stored<std::int64_t> insert_token_issue(const TokenIssue& issue);
  /// State, reason and command of one token of a transaction.
  [[nodiscard]] Stored<Done> set_issued_token(std::int64_t issue, const IssuedToken& token,
                                              UtcTime at);
  [[nodiscard]] Stored<Done> add_handover(std::int64_t issue, const TokenHandover& handover);
  [[nodiscard]] Stored<std::vector<TokenHandover>> handovers(std::int64_t issue) const;
  [[nodiscard]] Stored<std::optional<TokenIssue>> token_issue(const CommandId& id) const;
  /// Oldest first.
  [[nodiscard]] Stored<std::vector<TokenIssue>> token_issues(MeterKey meter) const;
  [[nodiscard]] Stored<std::vector<MeterKey>> meters_with_outstanding_tokens() const;

  // ---- collected data: keyed, so storing twice changes nothing ------------------------------
  [[nodiscard]] Stored<Done> store_registers(MeterKey meter, Epoch epoch,
                                             const RegisterReading& reading);
  /// Returns how many intervals brought something new. Marks their days in the outbox. A value that
  /// is there already is kept, unless the later one carries fewer of the meter's reservations
  /// (storage/blobs/profile_points.hpp). At most blobs::kMaxDayPoints values a meter-day.
  [[nodiscard]] Stored<std::size_t> store_profile(MeterKey meter, Epoch epoch,
                                                  const std::vector<ProfileInterval>& intervals,
                                                  UtcTime received_at);
  [[nodiscard]] Stored<std::size_t> store_daily(MeterKey meter, Epoch epoch,
                                                const std::vector<DailySnapshot>& snapshots,
                                                UtcTime received_at);
  /// Returns the entries that were new.
  [[nodiscard]] Stored<std::vector<LogEntry>> store_log(MeterKey meter, Epoch epoch,
                                                        const std::vector<LogEntry>& entries,
                                                        UtcTime received_at);

  /// Returns how many were new. Not put into the outbox: they are part of the tenancy's message.
  [[nodiscard]] Stored<std::size_t> store_billing(MeterKey meter, Epoch epoch,
                                                  const std::vector<BillingSnapshot>& snapshots,
                                                  UtcTime received_at);
  /// Ascending by sequence.
  [[nodiscard]] Stored<std::vector<BillingSnapshot>> billing(MeterKey meter, Epoch epoch) const;
  /// The newest sequence of any tenancy; 0: none.
  [[nodiscard]] Stored<std::uint32_t> last_billing(MeterKey meter) const;
  /// Takes the place of what was read before.
  [[nodiscard]] Stored<Done> store_tariff(MeterKey meter, const TariffReading& reading);
  [[nodiscard]] Stored<std::optional<TariffReading>> tariff(MeterKey meter) const;

  /// Ascending, `from` included, `to` excluded; the first `limit`.
  [[nodiscard]] Stored<std::vector<RegisterReading>> registers(MeterKey meter, Epoch epoch,
                                                               UtcSeconds from, UtcSeconds to,
                                                               std::size_t limit) const;
  [[nodiscard]] Stored<std::optional<RegisterReading>> last_registers(MeterKey meter,
                                                                      Epoch epoch) const;
  /// Hot rows and folded blobs alike, ascending, `from` included, `to` excluded.
  [[nodiscard]] Stored<std::vector<ProfileInterval>> profile(MeterKey meter, Epoch epoch,
                                                             UtcSeconds from, UtcSeconds to) const;
  /// Ascending, `from` included, `to` excluded.
  [[nodiscard]] Stored<std::vector<DailySnapshot>> daily(MeterKey meter, Epoch epoch,
                                                         std::chrono::sys_days from,
                                                         std::chrono::sys_days to) const;
  [[nodiscard]] Stored<std::vector<LogEntry>> log(MeterKey meter, Epoch epoch, LogId log,
                                                  std::uint32_t after_sequence,
                                                  std::size_t limit) const;
  /// Log entries of all logs whose meter time lies in [from, to], for the outbox.
  [[nodiscard]] Stored<std::vector<LogEntry>> log_between(MeterKey meter, Epoch epoch,
                                                          UtcSeconds from, UtcSeconds to) const;

  // ---- where collection stands ------------------------------------------------------------------
  /// Everything that starts before this has been read, or stands among the holes.
  [[nodiscard]] Stored<std::optional<UtcSeconds>> profile_covered_to(MeterKey meter,
                                                                     Epoch epoch) const;
  [[nodiscard]] Stored<Done> set_profile_covered_to(MeterKey meter, Epoch epoch, UtcSeconds to);
  /// The first interval the meter is known to have had: nothing before it can be missing.
  [[nodiscard]] Stored<std::optional<UtcSeconds>> profile_from(MeterKey meter, Epoch epoch) const;
  [[nodiscard]] Stored<Done> set_profile_from(MeterKey meter, Epoch epoch, UtcSeconds from);
  [[nodiscard]] Stored<std::optional<std::chrono::sys_days>> daily_covered_to(MeterKey meter,
                                                                              Epoch epoch) const;
  [[nodiscard]] Stored<Done> set_daily_covered_to(MeterKey meter, Epoch epoch,
                                                  std::chrono::sys_days to);
  /// Every entry of the log up to this sequence has been read, or the meter no longer has it; 0:
  /// none yet. Entries that a meter pushed may lie beyond it.
  [[nodiscard]] Stored<std::uint32_t> log_position(MeterKey meter, Epoch epoch, LogId log) const;
  [[nodiscard]] Stored<Done> set_log_position(MeterKey meter, Epoch epoch, LogId log,
                                              std::uint32_t sequence);
  [[nodiscard]] Stored<std::vector<Hole>> holes(MeterKey meter, Epoch epoch) const;
  /// Replaces the meter's list of holes.
  [[nodiscard]] Stored<Done> set_holes(MeterKey meter, Epoch epoch, const std::vector<Hole>& holes);

  // ---- the outbox -------------------------------------------------------------------------------
  [[nodiscard]] Stored<Done> enqueue(const OutboxMessage& message);
  [[nodiscard]] Stored<std::vector<OutboxMessage>> outbox_messages(std::int64_t after_id,
                                                                   std::size_t limit) const;
  [[nodiscard]] Stored<Done> published(std::int64_t message_id);
  /// Newest days first, so that live data overtakes the backlog.
  [[nodiscard]] Stored<std::vector<OutboxData>> outbox_data(std::size_t limit) const;
  /// The load profiles that rows of the outbox stand for, row by row, each readable or not. The
  /// rows are of one day and ascending by meter, as outbox_data() gives them. Hot rows lie in the
  /// order of time, so that one walk for many meters costs little more than for one.
  using Profile = Stored<std::vector<ProfileInterval>>;
  [[nodiscard]] Stored<std::vector<Profile>> profiles(std::span<const OutboxData> rows) const;
  [[nodiscard]] Stored<Done> published(const OutboxData& data);
  struct OutboxSize {
    std::size_t messages = 0;
    std::size_t data_days = 0;
  };
  [[nodiscard]] Stored<OutboxSize> outbox_size() const;

  // ---- audit ------------------------------------------------------------------------------------
  /// Adds the entry to the trail, inside the open transaction: it becomes durable together with
  /// what it tells of, or not at all. Nothing changes or deletes an entry, retain() neither.
  /// Returns how far the trail goes now.
  [[nodiscard]] Stored<AuditHead> append_audit(const AuditEntry& entry);
  /// How far the trail goes, by its own count.
  [[nodiscard]] Stored<AuditHead> audit_head() const;
  /// Ascending: the first `limit` after `after_seq`, or the newest `limit` when that is 0.
  [[nodiscard]] Stored<std::vector<AuditRecord>> audit(const AuditFilter& filter) const;
  /// Walks the whole trail. `kept_elsewhere`: hashes of heads it had before and must still contain.
  [[nodiscard]] Stored<AuditVerdict> verify_audit(
      const std::vector<std::array<std::uint8_t, 32>>& kept_elsewhere) const;

  // ---- registry ---------------------------------------------------------------------------------
  /// Judges the change by the registry's rules, carries it out and adds it to the audit trail, as
  /// one write. `by` tells who, when and why; kind, meter and details are filled in here. A refusal
  /// leaves nothing. Misuse when the order names a meter the store does not know.
  [[nodiscard]] Stored<Result<registry::Effect, registry::Refusal>> change_registry(
      const registry::Order& order, const registry::Rules& rules, const AuditEntry& by);
  /// Where the meter stands now, for whom, and whether that is in doubt.
  [[nodiscard]] Stored<registry::Standing> standing(MeterKey meter) const;
  /// Links as they were and are, oldest first.
  [[nodiscard]] Stored<registry::History> registry_history(const registry::Filter& filter) const;
  /// Every location that has a meter or a customer now.
  [[nodiscard]] Stored<std::vector<registry::Trinity>> trinities() const;
  /// A serial number answered somewhere: remembers where it sits, or opens a conflict. The first
  /// sighting of a conflict also goes to the audit trail.
  [[nodiscard]] Stored<registry::SightingVerdict> see_meter(const registry::Sighting& sighting);
  [[nodiscard]] Stored<std::vector<registry::Conflict>> conflicts(
      registry::ConflictScope scope) const;
  /// Ends the open conflicts of a serial number; false when there is none. `by` as above.
  [[nodiscard]] Stored<bool> settle_conflict(const SerialNumber& serial, registry::SeatKept kept,
                                             const AuditEntry& by);

  // ---- journal ----------------------------------------------------------------------------------
  [[nodiscard]] Stored<Done> append_journal(const JournalRow& row);
  /// Ascending by id: the first `limit` after `after_id`, or the newest `limit` when that is 0.
  [[nodiscard]] Stored<std::vector<JournalRow>> journal(const JournalFilter& filter) const;

  // ---- care -------------------------------------------------------------------------------------
  /// Folds hot profile rows of days before `today` into one blob per meter, epoch and day.
  /// Works off at most `max_meter_days`; returns how many it folded, 0 when nothing is left;
  /// dropping a day's hot rows counts as one. From the first call on, days before `today` are
  /// written straight into blobs.
  [[nodiscard]] Stored<Folded> fold(std::chrono::sys_days today, std::size_t max_meter_days);
  /// Deletes whole days that are older than the policy allows, at most `max_rows` rows a call;
  /// returns how many. Data still in the outbox is kept, and so is the newest entry of each meter
  /// log and of the journal. A kind of which nothing was old is looked at again after an hour, or
  /// when another day is the first that stays. Commits: first what was written before, then in
  /// steps that fit into the reserve, which it uses on a full disk and takes again when there is
  /// room.
  [[nodiscard]] Stored<std::size_t> retain(const RetentionPolicy& policy, UtcTime now,
                                           std::size_t max_rows);
  /// The reserve is a file of 2 MB beside the ledger. On a full disk a commit fails (DiskFull);
  /// releasing the reserve lets the steps of accepted commands be written. retain() takes it again.
  [[nodiscard]] bool reserve_held() const;
  /// False when there was none left to release.
  bool release_reserve();
  /// What is not as it should be of the pages, the references, the meters and the live commands,
  /// which the gateway reads at its start; empty when all is well.
  [[nodiscard]] Stored<std::vector<std::string>> check() const;

  struct Impl;  ///< private to storage/

 private:
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metergate
