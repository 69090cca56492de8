// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/audit_checkpoint.hpp"

#include <boost/json.hpp>

#include "gateway/north/reply.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;

std::string text_in(const json::object& message, std::string_view name) {
  const json::value* value = message.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

}  // namespace

std::string checkpoint_octets(std::string_view site, std::string_view at, std::int64_t entries,
                              std::string_view hash) {
  std::string out{"metergate-audit-head-v1\n"};
  out.append(site).append("\n").append(at).append("\n");
  return out.append(std::to_string(entries)).append("\n").append(hash);
}

std::string encode_signed_audit_head(const SiteId& site, const AuditHead& head, UtcTime at,
                                     const crypto::Ed25519KeyPair& key) {
  const std::string octets =
      checkpoint_octets(site.text(), rfc3339::text(at), head.entries, hash_text(head.hash));
  const auto signature = crypto::ed25519_sign(key.private_key, octets_of(octets));
  json::object out = json::parse(encode_audit_head(site, head, at)).as_object();
  if (signature) out["signature"] = hex::compact(*signature);
  return json::serialize(out);
}

Result<AuditHash, std::string> signed_head(std::string_view message,
                                           const crypto::Ed25519PublicKey& key) {
  json::error_code broken;
  const json::value value = json::parse(message, broken);
  const json::object* object = broken ? nullptr : value.if_object();
  if (object == nullptr) return failure(std::string{"is no JSON object"});
  const std::string hash = text_in(*object, "hash");
  const json::value* entries = object->if_contains("entries");
  const auto parsed = parse_hash(hash);
  if (!parsed || entries == nullptr || !entries->is_int64()) {
    return failure(
        std::string{"has no `hash` and `entries`, as a message of the topic `audit` has"});
  }
  const auto signature = hex::parse(text_in(*object, "signature"));
  if (!signature || signature->empty()) return failure(std::string{"is not signed"});
  const std::string octets = checkpoint_octets(text_in(*object, "site"), text_in(*object, "at"),
                                               entries->get_int64(), hash);
  if (!crypto::ed25519_verify(key, octets_of(octets), *signature)) {
    return failure(std::string{"is not signed by this key, or was changed"});
  }
  return *parsed;
}

}  // namespace metergate::north
