// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "gateway/runtime/gateway.hpp"
#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::seconds kStateInterval{30};
/// Folding is spread over many turns of the loop: a command never waits longer than this for it.
constexpr std::chrono::milliseconds kFoldTurn{5};
constexpr std::size_t kFoldAtOnce = 10;
/// Further apart than any slewing of NTP between two looks.
constexpr std::chrono::seconds kClockStep{2};
constexpr std::size_t kRetainAtOnce = 200;
constexpr std::size_t kOutboxLarge = 1'000;

RetentionPolicy retention(const config::Storage& storage) {
  return {storage.keep_registers, storage.keep_profile,  storage.keep_daily,
          storage.keep_logs,      storage.keep_commands, storage.keep_journal};
}

}  // namespace

// ---- what is done from time to time -------------------------------------------------------------

void Gateway::watch_clock(Now now) {
  const auto before = std::exchange(last_look_, now);
  if (!before) return;
  const auto step = (now.utc - before->utc) -
                    std::chrono::round<std::chrono::milliseconds>(now.instant - before->instant);
  if (std::chrono::abs(step) < kClockStep) return;
  journal_.write(journal::kBoxClockStepped, now.utc,
                 {{"step_s", fmt::format("{:.1f}", std::chrono::duration<double>(step).count())}});
  commands_.clock_stepped(now);
}

std::size_t Gateway::fold(Now now) {
  const auto today = std::chrono::floor<std::chrono::days>(now.utc);
  const Instant end = now.instant + kFoldTurn;
  std::size_t total = 0;
  for (;;) {
    const auto folded = keeper_.checked(ledger_.fold(today, kFoldAtOnce));
    if (!folded) break;
    total += folded->meter_days;
    for (const Folded::Overfull& one : folded->overfull) tell_overfull(one, now);
    if (folded->meter_days == 0 || clock_.now().instant >= end) break;
  }
  if (total > 0) {
    journal_.write(journal::kFolded, now.utc, {{"meter_days", std::to_string(total)}});
  }
  return total;
}

void Gateway::tell_overfull(const Folded::Overfull& one, Now now) {
  const auto meter = keys_.find(one.meter);
  journal_.write(journal::kValuesDropped, now.utc,
                 {{"meter", meter == keys_.end() ? std::string{} : meter->second->id().text()},
                  {"day", rfc3339::date_text(one.day)},
                  {"values", std::to_string(one.dropped)}});
}

void Gateway::housekeep(Now now) {
  watch_clock(now);
  const std::size_t folded = fold(now);
  // Retaining commits on its own: what is open is made durable before, so that it is published.
  static_cast<void>(keeper_.commit());
  const auto deleted =
      keeper_.checked(ledger_.retain(retention(configuration_.storage), now.utc, kRetainAtOnce));
  if (deleted) retained_ += *deleted;
  if (deleted && *deleted == 0 && retained_ > 0) {
    const auto rows = std::exchange(retained_, 0);
    journal_.write(journal::kRetained, now.utc, {{"rows", std::to_string(rows)}});
  }
  static_cast<void>(keeper_.commit());
  if (const auto outbox = keeper_.checked(ledger_.outbox_size())) {
    const bool large = outbox->messages + outbox->data_days > kOutboxLarge;
    if (large && !outbox_was_large_) {
      journal_.write(journal::kOutboxGrowing, now.utc,
                     {{"messages", std::to_string(outbox->messages)},
                      {"data_days", std::to_string(outbox->data_days)}});
    } else if (!large && outbox_was_large_) {
      journal_.write(journal::kOutboxDrained, now.utc, {});
    }
    outbox_was_large_ = large;
  }
  tell_state();
  // More to fold or delete: soon again, so that no single turn holds up the loop.
  // While nothing gets onto the disk it is the same again each time.
  const bool busy = keeper_.healthy() && (folded > 0 || (deleted && *deleted > 0));
  agenda_.at(now.instant + (busy ? Duration{std::chrono::milliseconds{200}} : kStateInterval),
             [this](Now later) { housekeep(later); });
}

}  // namespace metergate::runtime
