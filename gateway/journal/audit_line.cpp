// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/audit_line.hpp"

#include <algorithm>

#include "gateway/journal/neutral_text.hpp"

namespace metergate::journal {
namespace {

constexpr std::size_t kMostDetails = 2'048;

void add(std::string& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  line.append(" ").append(name).append("=");
  line.append(quoted_if_needed(neutral(value)));
}

}  // namespace

std::string audit_line(const AuditRecord& row) {
  std::string line =
      "audit " + std::to_string(row.seq) + ' ' + rfc3339::text(row.at) + ' ' + neutral(row.kind);
  add(line, "meter", row.meter);
  add(line, "operator", row.operator_name);
  add(line, "second_operator", row.second_operator);
  add(line, "proof", row.proof);
  add(line, "work_order", row.work_order);
  add(line, "comment", row.comment);
  if (row.details_json != "{}") line += " details=" + neutral(row.details_json, kMostDetails);
  AuditHash hash{};
  if (row.hash.size() == hash.size()) {
    std::ranges::copy(row.hash, hash.begin());
    line += " hash=" + hash_text(hash);
  }
  return line;
}

}  // namespace metergate::journal
