// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/audit.hpp"
#include "protocols/octets/octets.hpp"

/// The audit trail as a chain: every row holds the hash of itself and of the row before it, so none
/// can be altered, taken out or moved without all later hashes changing. Pure; the rows themselves
/// are in storage/tables/audit.cpp.
namespace metergate {

using AuditHash = std::array<std::uint8_t, 32>;

/// 64 hex digits, lower case.
[[nodiscard]] std::string hash_text(const AuditHash& hash);
[[nodiscard]] std::optional<AuditHash> parse_hash(std::string_view text);

/// A row as the file has it. Words stay as they are stored: whoever altered one shall not be hidden
/// by our not knowing it.
struct AuditRecord {
  std::int64_t seq = 0;  ///< from 1, without gaps
  UtcTime at;
  std::string kind;
  std::string meter;
  std::string operator_name;
  std::string second_operator;
  std::string proof;
  std::string work_order;
  std::string comment;
  std::string details_json;
  Octets previous;  ///< hash of the row before
  Octets hash;      ///< of `previous` and all fields above it
};

/// How far the trail goes. The hash of the last row stands for all rows up to it; kept elsewhere,
/// it proves later that they are still the same.
struct AuditHead {
  std::int64_t entries = 0;
  AuditHash hash{};  ///< audit_beginning() while there are none
  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// What the first row follows: SHA-256 of `metergate audit trail 1`.
[[nodiscard]] const AuditHash& audit_beginning();

/// Everything a row says but its two hashes, in one way only: each number as 8 octets big endian,
/// each text preceded by its length as such a number.
[[nodiscard]] Octets canonical_octets(const AuditRecord& row);
/// SHA-256 over the previous hash, preceded by its length in the same way, and the canonical
/// octets.
[[nodiscard]] AuditHash chained_hash(OctetView previous, const AuditRecord& row);
/// The row that comes after `head`.
[[nodiscard]] AuditRecord next_record(const AuditHead& head, const AuditEntry& entry);

/// The trail's own count, which stands beside the rows: without it, rows cut off at the end would
/// not be missed.
struct AuditCount {
  std::int64_t entries = 0;
  Octets hash;  ///< of the last row
};

struct AuditFinding {
  enum class Kind : std::uint8_t {
    Altered,       ///< row `seq` does not hash to what it says; or it was moved here
    Missing,       ///< `count` rows from `seq` on are not there
    OutOfPlace,    ///< row `seq` stands where it cannot: its number is not above the one before
    Unlinked,      ///< row `seq` does not follow the row before it: one of them was replaced
    CutAtEnd,      ///< the trail's own count says `count` more rows from `seq` on
    Uncounted,     ///< the trail's own count ends before `seq`, or its hash is not that of the last
                   ///< row
    Uncountable,   ///< the trail's own count is gone
    NotContained,  ///< no row has the hash number `seq` (from 1) of those kept elsewhere
  };
  Kind kind = Kind::Altered;
  std::int64_t seq = 0;
  std::int64_t count = 0;
  friend bool operator==(const AuditFinding&, const AuditFinding&) = default;
};
[[nodiscard]] std::string_view finding_word(AuditFinding::Kind kind);
/// One sentence for a person.
[[nodiscard]] std::string finding_text(const AuditFinding& finding);

struct AuditVerdict {
  std::int64_t rows = 0;  ///< rows that were looked at
  AuditHead head;         ///< of the last row that was looked at
  std::vector<AuditFinding> findings;
  [[nodiscard]] bool is_sound() const { return findings.empty(); }
};

/// Takes the rows in the order of `seq`, one at a time, then judges.
class AuditCheck {
 public:
  /// `kept_elsewhere`: hashes the trail had at some time, which it must still contain.
  explicit AuditCheck(std::vector<AuditHash> kept_elsewhere);
  void row(const AuditRecord& row);
  [[nodiscard]] AuditVerdict judge(const std::optional<AuditCount>& count);

 private:
  void find(AuditFinding::Kind kind, std::int64_t seq, std::int64_t count = 1);
  void compare(const AuditCount& count);

  std::vector<AuditHash> kept_;
  std::vector<bool> kept_seen_;
  Octets last_hash_;
  std::int64_t last_seq_ = 0;
  AuditVerdict verdict_;
};

}  // namespace metergate
