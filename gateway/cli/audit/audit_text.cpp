// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit/audit_text.hpp"

#include <boost/json.hpp>

#include "gateway/cli/terminal/table.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

/// Who, and who agreed, and how sure that is.
std::string who_text(const AuditRecord& row) {
  if (row.operator_name.empty()) return "(gateway)";
  std::string out = row.operator_name;
  if (!row.second_operator.empty()) out += " + " + row.second_operator;
  return out + " (" + row.proof + ')';
}

std::string why_text(const AuditRecord& row) {
  if (row.work_order.empty()) return row.comment;
  return row.comment.empty() ? row.work_order : row.work_order + ": " + row.comment;
}

}  // namespace

std::string verdict_text(const AuditVerdict& verdict, std::size_t heads) {
  if (verdict.is_sound()) {
    std::string out = "The audit trail is sound: " + counted(verdict.rows, "entry", "entries");
    if (heads > 0) {
      out += ", with every hash that was kept elsewhere (" + std::to_string(heads) + ")";
    }
    out += ".\nIts head: " + hash_text(verdict.head.hash) + '\n';
    if (heads == 0) {
      out +=
          "Whoever can write the ledger can write the whole trail anew. Keep the head elsewhere "
          "and\n"
          "give it to `metergate audit verify --head` to find that too.\n";
    }
    return out;
  }
  std::string out = "The audit trail is NOT as it was written (" +
                    counted(verdict.rows, "entry", "entries") + " looked at):\n";
  for (const AuditFinding& finding : verdict.findings) out += "  " + finding_text(finding) + '\n';
  return out;
}

std::string verdict_json(const AuditVerdict& verdict) {
  json::array findings;
  for (const AuditFinding& finding : verdict.findings) {
    findings.push_back(json::object{{"finding", finding_word(finding.kind)},
                                    {"entry", finding.seq},
                                    {"count", finding.count},
                                    {"text", finding_text(finding)}});
  }
  return json::serialize(json::object{{"sound", verdict.is_sound()},
                                      {"entries", verdict.rows},
                                      {"head", hash_text(verdict.head.hash)},
                                      {"findings", std::move(findings)}});
}

std::string head_json(const AuditHead& head) {
  return json::serialize(json::object{{"entries", head.entries}, {"head", hash_text(head.hash)}});
}

std::string records_text(const std::vector<AuditRecord>& rows) {
  Table table{{{"entry", Table::Align::Right},
               {"time", Table::Align::Left},
               {"what", Table::Align::Left},
               {"meter", Table::Align::Left},
               {"who", Table::Align::Left},
               {"why", Table::Align::Left},
               {"details", Table::Align::Left}}};
  for (const AuditRecord& row : rows) {
    table.add({std::to_string(row.seq), rfc3339::text(row.at), journal::neutral(row.kind),
               journal::neutral(row.meter), journal::neutral(who_text(row)),
               journal::neutral(why_text(row)),
               row.details_json == "{}" ? std::string{} : journal::neutral(row.details_json)});
  }
  return table.text();
}

std::string record_json(const AuditRecord& row) {
  boost::system::error_code bad;
  json::value details = json::parse(row.details_json, bad);
  if (bad) details = json::string{row.details_json};
  std::string hash = hex::text(row.hash);
  std::erase(hash, ' ');
  return json::serialize(json::object{{"entry", row.seq},
                                      {"time", rfc3339::text(row.at)},
                                      {"kind", row.kind},
                                      {"meter", row.meter},
                                      {"operator", row.operator_name},
                                      {"second_operator", row.second_operator},
                                      {"identity_proof", row.proof},
                                      {"work_order", row.work_order},
                                      {"comment", row.comment},
                                      {"details", std::move(details)},
                                      {"hash", std::move(hash)}});
}

}  // namespace metergate::cli
