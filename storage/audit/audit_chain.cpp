// SPDX-License-Identifier: Apache-2.0
#include "storage/audit/audit_chain.hpp"

#include <algorithm>

#include "protocols/crypto/hash.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate {
namespace {

void add_number(Octets& out, std::uint64_t value) {
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
  }
}

void add_text(Octets& out, std::string_view text) {
  add_number(out, text.size());
  const OctetView octets = octets_of(text);
  out.insert(out.end(), octets.begin(), octets.end());
}

}  // namespace

std::string hash_text(const AuditHash& hash) {
  std::string out = hex::text(hash);
  std::erase(out, ' ');
  return out;
}

std::optional<AuditHash> parse_hash(std::string_view text) {
  const auto octets = hex::parse(text);
  AuditHash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

const AuditHash& audit_beginning() {
  static const AuditHash kBeginning = crypto::sha256(octets_of("metergate audit trail 1"));
  return kBeginning;
}

Octets canonical_octets(const AuditRecord& row) {
  Octets out;
  add_number(out, static_cast<std::uint64_t>(row.seq));
  add_number(out, static_cast<std::uint64_t>(row.at.time_since_epoch().count()));
  for (const std::string* text : {&row.kind, &row.meter, &row.operator_name, &row.second_operator,
                                  &row.proof, &row.work_order, &row.comment, &row.details_json}) {
    add_text(out, *text);
  }
  return out;
}

AuditHash chained_hash(OctetView previous, const AuditRecord& row) {
  Octets octets;
  add_number(octets, previous.size());
  octets.insert(octets.end(), previous.begin(), previous.end());
  const Octets canonical = canonical_octets(row);
  octets.insert(octets.end(), canonical.begin(), canonical.end());
  return crypto::sha256(octets);
}

AuditRecord next_record(const AuditHead& head, const AuditEntry& entry) {
  AuditRecord row{.seq = head.entries + 1,
                  .at = entry.at,
                  .kind = std::string{audit_word(entry.kind)},
                  .meter = entry.meter,
                  .operator_name = entry.operator_name,
                  .second_operator = entry.second_operator,
                  .proof = std::string{identity_proof_word(entry.proof)},
                  .work_order = entry.work_order,
                  .comment = entry.comment,
                  .details_json = entry.details_json,
                  .previous = {head.hash.begin(), head.hash.end()},
                  .hash = {}};
  const AuditHash hash = chained_hash(row.previous, row);
  row.hash.assign(hash.begin(), hash.end());
  return row;
}

}  // namespace metergate
