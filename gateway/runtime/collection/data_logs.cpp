// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "gateway/runtime/collection/data_desk.hpp"
#include "gateway/work/tenancy.hpp"

/// What meters' logs say: stored under their tenancy, and how far each has been read.
namespace metergate::runtime {

void DataDesk::log_page(MeterUnit& meter, std::uint32_t after, const operation::LogPage& page,
                        Now now) {
  const Epoch asked_of = meter.stored.epoch;
  log_entries(meter, page.entries, now);
  if (page.entries.empty()) return;
  // It has told of a new tenant, whose log is read from its start.
  if (meter.stored.epoch != asked_of && after != 0) return;
  const std::uint32_t first = page.entries.front().sequence;
  // Of a meter that is read for the first time, what it no longer has is nobody's loss.
  if (after != 0 && first > after + 1 && meter.model->numbers_log_entries()) {
    journal_.write(journal::kLogOverwritten, now.utc,
                   {{"meter", meter.id().text()},
                    {"log", std::string{log_word(page.log)}},
                    {"from", std::to_string(after + 1)},
                    {"to", std::to_string(first - 1)}});
  }
  read_to(meter, page.log, page.entries.back().sequence);
}

std::optional<std::uint32_t> DataDesk::log_read_after(const MeterUnit& meter, LogId log) {
  const auto position =
      keeper_.checked(keeper_.ledger().log_position(meter.stored.key, meter.stored.epoch, log));
  const bool once_more = log == LogId::Configuration && position.value_or(0) > 0;
  return once_more ? std::optional{*position - 1} : position;
}

bool DataDesk::began_anew(const MeterUnit& meter, std::uint32_t after,
                          const operation::LogPage& page) {
  if (page.log != LogId::Configuration || after == 0) return false;
  const auto known = keeper_.checked(
      keeper_.ledger().log(meter.stored.key, meter.stored.epoch, page.log, after, 1));
  // What is not known any more is no witness.
  if (!known || known->empty() || known->front().sequence != after + 1) return false;
  return page.entries.empty() || page.entries.front() != known->front();
}

void DataDesk::log_push(MeterUnit& meter, const std::vector<LogEntry>& entries, Now now) {
  log_entries(meter, entries, now);
  for (const LogEntry& entry : entries) {
    // A late push of the tenancy before is numbered by a log that the meter has purged since.
    if (!is_of_tenancy(meter, entry)) continue;
    const auto position = keeper_.checked(
        keeper_.ledger().log_position(meter.stored.key, meter.stored.epoch, entry.log));
    // After a push that was lost, collection reads on from before the gap.
    if (position && entry.sequence == *position + 1) read_to(meter, entry.log, entry.sequence);
  }
}

bool DataDesk::is_of_tenancy(const MeterUnit& meter, const LogEntry& entry) {
  if (!work::belongs_to_tenancy(entry.meter_time, meter.stored)) return false;
  if (!meter.stored.tenancy_from || entry.meter_time >= *meter.stored.tenancy_from) return true;
  // What a change makes the meter write may carry the moment before it; what was read before the
  // change, and is pushed late, carries one as well.
  const auto before = keeper_.checked(keeper_.ledger().log(meter.stored.key, meter.stored.epoch - 1,
                                                           entry.log, entry.sequence - 1, 1));
  return !before || before->empty() || before->front() != entry;
}

void DataDesk::read_to(MeterUnit& meter, LogId log, std::uint32_t sequence) {
  static_cast<void>(keeper_.checked(
      keeper_.ledger().set_log_position(meter.stored.key, meter.stored.epoch, log, sequence)));
}

void DataDesk::recognise_change(MeterUnit& meter, const std::vector<LogEntry>& entries, Now now) {
  for (const LogEntry& entry : entries) {
    const bool changed =
        entry.code == EventCode::TenancyChanged && entry.log == LogId::Configuration;
    if (changed && work::tells_of_new_tenancy(entry, meter.stored)) {
      handlers_.tenancy_changed(meter, entry, now);
    }
  }
}

void DataDesk::log_entries(MeterUnit& meter, const std::vector<LogEntry>& all, Now now) {
  // First: the entry that tells of a new tenancy is the first one of that tenancy.
  recognise_change(meter, all, now);
  std::vector<LogEntry> entries;
  std::ranges::copy_if(all, std::back_inserter(entries),
                       [&](const LogEntry& entry) { return is_of_tenancy(meter, entry); });
  const auto fresh = keeper_.checked(
      keeper_.ledger().store_log(meter.stored.key, meter.stored.epoch, entries, now.utc));
  if (!fresh) return;
  for (const LogEntry& entry : *fresh) {
    journal_.write(journal::kMeterLogEntry, now.utc,
                   {{"meter", meter.id().text()},
                    {"log", std::string{log_word(entry.log)}},
                    {"sequence", std::to_string(entry.sequence)},
                    {"event", std::string{event_word(entry.code)}},
                    {"cause", std::to_string(entry.cause)},
                    {"meter_time", rfc3339::text(entry.meter_time)}});
    if (const auto code = token_log::keyed_code(entry)) {
      handlers_.code_keyed(meter, *code, entry.meter_time);
    }
    if (entry.code == EventCode::LoadLimitExceeded) limit_at_work(meter, entry, now);
  }
  keeper_.commit_data();
}

void DataDesk::limit_at_work(MeterUnit& meter, const LogEntry& entry, Now now) {
  const auto times = limit_cycles_[meter.stored.key].exceeded(
      entry.meter_time, std::chrono::floor<std::chrono::seconds>(now.utc));
  if (!times) return;
  journal_.write(journal::kLoadLimitRepeats, now.utc,
                 {{"meter", meter.id().text()}, {"times", std::to_string(*times)}});
}

}  // namespace metergate::runtime
