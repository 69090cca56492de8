// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/audit/audit_chain.hpp"

namespace metergate {

using Kind = AuditFinding::Kind;

std::string_view finding_word(Kind kind) {
  switch (kind) {
    case Kind::Altered:
      return "altered";
    case Kind::Missing:
      return "missing";
    case Kind::OutOfPlace:
      return "out-of-place";
    case Kind::Unlinked:
      return "unlinked";
    case Kind::CutAtEnd:
      return "cut-at-end";
    case Kind::Uncounted:
      return "uncounted";
    case Kind::Uncountable:
      return "uncountable";
    case Kind::NotContained:
      return "not-contained";
  }
  return {};
}

std::string finding_text(const AuditFinding& finding) {
  const std::string seq = std::to_string(finding.seq);
  const std::string last = std::to_string(finding.seq + finding.count - 1);
  const std::string rows =
      finding.count == 1 ? "entry " + seq + " is" : "entries " + seq + " to " + last + " are";
  switch (finding.kind) {
    case Kind::Altered:
      return "entry " + seq + " was altered, or moved here: its hash is another";
    case Kind::Missing:
      return rows + " missing";
    case Kind::OutOfPlace:
      return "entry " + seq + " stands after one with the same or a higher number";
    case Kind::Unlinked:
      return "entry " + seq + " does not follow the entry before it: one of the two was replaced";
    case Kind::CutAtEnd:
      return rows + " missing at the end of the trail";
    case Kind::Uncounted:
      return "entry " + seq + " is not the one the trail's own count ends with";
    case Kind::Uncountable:
      return "the trail's own count is gone";
    case Kind::NotContained:
      return "the trail has no entry with the hash that was kept elsewhere (the given one number " +
             seq + "): it was cut off or rewritten since";
  }
  return {};
}

AuditCheck::AuditCheck(std::vector<AuditHash> kept_elsewhere)
    : kept_{std::move(kept_elsewhere)},
      last_hash_{audit_beginning().begin(), audit_beginning().end()} {
  verdict_.head.hash = audit_beginning();
  // A trail's beginning is in every trail: the hash that was kept while there were no entries.
  for (const AuditHash& hash : kept_) kept_seen_.push_back(hash == audit_beginning());
}

void AuditCheck::find(Kind kind, std::int64_t seq, std::int64_t count) {
  verdict_.findings.push_back({kind, seq, count});
}

void AuditCheck::row(const AuditRecord& row) {
  ++verdict_.rows;
  if (row.seq <= last_seq_) {
    find(Kind::OutOfPlace, row.seq);
  } else if (row.seq - last_seq_ > 1) {
    find(Kind::Missing, last_seq_ + 1, row.seq - last_seq_ - 1);
  } else if (row.previous != last_hash_) {
    find(Kind::Unlinked, row.seq);
  }
  const AuditHash hash = chained_hash(row.previous, row);
  if (!std::ranges::equal(row.hash, hash)) find(Kind::Altered, row.seq);

  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (kept_[i] == hash) kept_seen_[i] = true;
  }
  last_seq_ = std::max(last_seq_, row.seq);
  last_hash_ = row.hash;
  verdict_.head = {row.seq, hash};
}

void AuditCheck::compare(const AuditCount& count) {
  if (count.entries > last_seq_) {
    find(Kind::CutAtEnd, last_seq_ + 1, count.entries - last_seq_);
  } else if (count.entries < last_seq_ || count.hash != last_hash_) {
    find(Kind::Uncounted, last_seq_);
  }
}

AuditVerdict AuditCheck::judge(const std::optional<AuditCount>& count) {
  if (count) {
    compare(*count);
  } else {
    find(Kind::Uncountable, last_seq_);
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_seen_[i]) find(Kind::NotContained, static_cast<std::int64_t>(i) + 1);
  }
  return std::move(verdict_);
}

}  // namespace metergate
