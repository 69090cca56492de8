// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/box.hpp"

#include <fmt/format.h>
#include <sys/timex.h>
#include <unistd.h>

#include <system_error>

#include "storage/ballast.hpp"
#include "storage/ledger.hpp"

namespace metergate::doctor {
namespace {

namespace fs = std::filesystem;

/// Before this release was written no clock can be right.
constexpr UtcTime kEarliest = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
/// Between two processes that look at the same clock.
constexpr std::chrono::seconds kTolerance{60};

/// Below it the gateway soon has only its ballast left; a tenth is where SSDs and logs get slow.
constexpr std::uintmax_t kTight = 64ULL * 1024 * 1024;
constexpr std::uintmax_t kTenth = 10;

std::string megabytes(std::uintmax_t octets) { return fmt::format("{} MB", octets / 1'000'000); }

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Warn:
      return "warn";
    case Verdict::Fail:
      return "fail";
    case Verdict::Ok:
      break;
  }
  return "ok";
}

ClockDiscipline clock_discipline() {
  timex told{};
  const int state = ::adjtimex(&told);
  if (state < 0) return ClockDiscipline::NotTold;
  return state == TIME_ERROR || (told.status & STA_UNSYNC) != 0 ? ClockDiscipline::Free
                                                                : ClockDiscipline::Synchronised;
}

Findings look_at_clock(ClockDiscipline discipline, UtcTime now,
                       std::optional<UtcTime> newest_in_ledger) {
  const std::string shown = rfc3339::text(now);
  if (now < kEarliest) {
    return {{Verdict::Fail, "clock", shown + " cannot be right",
             "Set it, and give the box NTP or a clock with a battery: readings would be dated "
             "wrongly and certificates not be believed."}};
  }
  if (newest_in_ledger && now + kTolerance < *newest_in_ledger) {
    return {{Verdict::Fail, "clock",
             fmt::format("{} is before {}, when the ledger was last written", shown,
                         rfc3339::text(*newest_in_ledger)),
             "Set the clock; if the ledger's time was the wrong one, the journal of then tells "
             "why: metergate tail"}};
  }
  switch (discipline) {
    case ClockDiscipline::Free:
      return {{Verdict::Warn, "clock", shown + "; nothing holds it to the true time",
               "Give the box NTP: timedatectl set-ntp true"}};
    case ClockDiscipline::NotTold:
      return {{Verdict::Warn, "clock", shown + "; the system does not tell whether it is held",
               "Look with timedatectl on the box itself."}};
    case ClockDiscipline::Synchronised:
      break;
  }
  return {{Verdict::Ok, "clock", shown + ", held to the true time", {}}};
}

Finding judge_room(const fs::path& folder, Room room) {
  const std::string text = fmt::format("{} of {} free for {}", megabytes(room.free_octets),
                                       megabytes(room.all_octets), folder.string());
  constexpr const char* kAdvice =
      "Make room, or shorten the keep_..._days of [storage]: on a full disk commands are refused.";
  if (room.free_octets < kTight) return {Verdict::Fail, "disk", text, kAdvice};
  if (room.free_octets < room.all_octets / kTenth) return {Verdict::Warn, "disk", text, kAdvice};
  return {Verdict::Ok, "disk", text, {}};
}

Findings look_at_disk(const fs::path& folder) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) {
    return {{Verdict::Fail, "disk", folder.string() + " is not there",
             fmt::format("install -d -m 0700 -o metergate -g metergate {}", folder.string())}};
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    const std::error_code why{errno, std::generic_category()};
    return {{Verdict::Fail, "disk", folder.string() + " cannot be written: " + why.message(),
             why == std::errc::read_only_file_system
                 ? "The file system went read-only: `dmesg` tells why; then check and remount it."
                 : fmt::format("chown metergate:metergate {0}; chmod 0700 {0}", folder.string())}};
  }
  const auto space = fs::space(folder, failed);
  if (failed) {
    return {{Verdict::Fail, "disk", folder.string() + ": " + failed.message(), "Look at `dmesg`."}};
  }
  return {judge_room(folder, {space.available, space.capacity})};
}

Findings look_at_store(const fs::path& file, Depth depth, std::optional<UtcTime>& newest) {
  std::error_code failed;
  if (!fs::exists(file, failed)) {
    return {{Verdict::Ok, "store", file.string() + " will be made by the first start", {}}};
  }
  const auto ledger = Ledger::open(file, LedgerMode::ReadOnly);
  if (!ledger) {
    return {{Verdict::Fail, "store", ledger.error().what,
             ledger.error().reason == StorageError::Reason::NewerSchema
                 ? "Nothing was touched. Install the later release again."
                 : "Is it readable for the service's user? If it is damaged: docs/operations.md, "
                   "Looking after the ledger."}};
  }
  JournalFilter newest_row;
  newest_row.limit = 1;
  if (const auto last = ledger->journal(newest_row); last && !last->empty()) {
    newest = last->back().at;
  }
  Findings out;
  if (depth == Depth::Whole) {
    const auto damage = ledger->check();
    const bool whole = damage && damage->empty();
    out.push_back({whole ? Verdict::Ok : Verdict::Fail, "store",
                   whole     ? file.string() + " is whole"
                   : !damage ? damage.error().what
                             : fmt::format("{}: {} findings, the first: {}", file.string(),
                                           damage->size(), damage->front()),
                   whole ? "" : "metergate store repair; docs/operations.md, A damaged ledger."});
  } else {
    out.push_back({Verdict::Ok, "store", file.string() + " can be read", {}});
  }
  if (!Ballast{file}.held()) {
    out.push_back({Verdict::Warn, "store", "the reserve for a full disk is not held",
                   "It is taken again by the gateway once there is room: see the line `disk`."});
  }
  return out;
}

}  // namespace metergate::doctor
