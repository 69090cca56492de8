// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/audit/audit_chain.hpp"
#include "storage/salvage/copy_rows.hpp"

/// A ledger that SQLite cannot read any more, or not all of it: what can be read is put into a new
/// one. The gateway has to be stopped.
namespace metergate::care {

enum class Original : std::uint8_t {
  Stays,     ///< the new ledger is written beside it: `ledger.db.repaired`
  GivesWay,  ///< the new ledger takes its place; the old one is kept as `ledger.db.broken-<time>`
};

struct Repaired {
  std::filesystem::path file;                   ///< the new ledger
  std::optional<std::filesystem::path> broken;  ///< where the old one is now, if it was moved
  std::vector<salvage::TableTally> tables;
  std::vector<std::string> damaged_indexes;
  std::size_t unplaced_pages = 0;
  std::vector<std::string> troubles;  ///< with the file as a whole: its head, its log
  std::vector<std::string> told;      ///< per meter and command: what is missing, what was done
  AuditVerdict audit;                 ///< of the new ledger; what was lost stays a finding for good

  /// Every row is there, and nothing had to be assumed.
  [[nodiscard]] bool is_complete() const;
};

/// A ledger as the gateway would meet it at its start: integrity, references, all meters, all live
/// commands. Corrupt where one of them is not as it should be.
[[nodiscard]] Stored<AuditVerdict> look_through(const std::filesystem::path& file);

/// `who` is written into the audit trail of the new ledger. Busy while the gateway runs. The new
/// ledger is looked through before it gets its name; nothing is left behind where that fails. A
/// file at the new name is never overwritten (Misuse).
[[nodiscard]] Stored<Repaired> repair(const std::filesystem::path& ledger, Original original,
                                      const std::string& who, UtcTime now);

}  // namespace metergate::care
