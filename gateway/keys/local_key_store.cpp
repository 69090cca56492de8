// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/local_key_store.hpp"

#include <algorithm>

#include "protocols/sts/token_codec.hpp"
#include "protocols/sts/token_process.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

bool is_key_change_section(const sts::TokenContent& content) {
  return std::holds_alternative<sts::SetFirstSectionDecoderKey>(content) ||
         std::holds_alternative<sts::SetSecondSectionDecoderKey>(content) ||
         std::holds_alternative<sts::SetThirdSectionDecoderKey>(content) ||
         std::holds_alternative<sts::SetFourthSectionDecoderKey>(content);
}

/// What a vending system must refuse although it could be encrypted.
Result<Done, KeyFault> judge(const VendingKeyRecord& record, const sts::TokenContent& content) {
  if (is_key_change_section(content)) {
    return failure(KeyFault{Reason::Refused, "key change tokens are made as a set"});
  }
  const sts::TokenClass token_class = sts::class_of(content);
  if (token_class == sts::TokenClass::Credit && record.name.key_type == sts::KeyType::Default) {
    return failure(KeyFault{
        Reason::Refused, "no meter takes credit under a default key (" + record.name.text() + ")"});
  }
  const auto tid = sts::tid_of(content);
  if (tid && sts::expired(*tid, record.key_expiry)) {
    const sts::TokenClock clock{.base = record.name.base_date};
    return failure(
        KeyFault{Reason::KeyExpired,
                 "the vending key " + record.name.text() + " was good until " +
                     rfc3339::text(sts::token_time(record.key_expiry.last_good(), clock)) +
                     " (KEN " + std::to_string(record.key_expiry.value) + ")"});
  }
  return Done{};
}

Result<Done, KeyFault> judge_change(const sts::KeyDerivation& from, const sts::KeyDerivation& to) {
  if (from.pan != to.pan) {
    return failure(KeyFault{Reason::Refused, "a key change stays with its meter; the PANs differ"});
  }
  if (from.algorithm != to.algorithm) {
    return failure(KeyFault{Reason::Refused, "a key change cannot change the algorithm"});
  }
  if (!sts::usual_key_type_rule(from.key_type, to.key_type)) {
    return failure(KeyFault{
        Reason::Refused, "no meter changes from " + std::string{sts::key_type_word(from.key_type)} +
                             " to " + std::string{sts::key_type_word(to.key_type)}});
  }
  return Done{};
}

KeyFault field_fault(const FieldFault& fault) { return {Reason::Field, fault.text()}; }

}  // namespace

Result<std::vector<VendingKeyRecord>, KeyFault> LocalKeyStore::list() {
  auto all = records();
  if (!all) return failure(std::move(all).error());
  std::ranges::sort(*all, [](const VendingKeyRecord& a, const VendingKeyRecord& b) {
    return comes_before(a.name, b.name);
  });
  return std::move(all).value();
}

Result<VendingKeyRecord, KeyFault> LocalKeyStore::find(const sts::KeyDerivation& meter) {
  const auto all = records();
  if (!all) return failure(all.error());
  const VendingKeyName name = VendingKeyName::of(meter);
  const auto found = std::ranges::find(*all, name, &VendingKeyRecord::name);
  if (found == all->end()) {
    return failure(KeyFault{Reason::NoKey, "no vending key for " + name.text() +
                                               "; no token can be made for its meters. "
                                               "`metergate keys list` shows the keys there are"});
  }
  if (found->generation != meter.generation) {
    return failure(KeyFault{Reason::NoKey, "the vending key for " + name.text() + " is for DKGA" +
                                               std::string{generation_code(found->generation)} +
                                               ", the meter's is DKGA" +
                                               std::string{generation_code(meter.generation)}});
  }
  if (!found->algorithms.contains(meter.algorithm)) {
    return failure(KeyFault{Reason::NoKey, "the vending key for " + name.text() +
                                               " may be used for EA " + found->algorithms.text() +
                                               ", the meter has EA " +
                                               std::string{sts::algorithm_code(meter.algorithm)}});
  }
  return *found;
}

Result<sts::TokenCipher, KeyFault> LocalKeyStore::cipher(const VendingKeyRecord& record,
                                                         const sts::KeyDerivation& meter) {
  auto key = derive(record, meter);
  if (!key) return failure(std::move(key).error());
  const auto sta = tables();
  if (!sta) return failure(sta.error());
  auto made = sts::TokenCipher::of(meter.algorithm, std::move(key).value(), *sta);
  if (!made) return failure(field_fault(made.error()));
  return std::move(made).value();
}

Result<TokenDigits, KeyFault> LocalKeyStore::make_token(const sts::KeyDerivation& meter,
                                                        const sts::TokenContent& content) {
  const auto record = find(meter);
  if (!record) return failure(record.error());
  if (const auto fit = judge(*record, content); !fit) return failure(fit.error());
  const auto key = cipher(*record, meter);
  if (!key) return failure(key.error());
  const auto digits = sts::encode_token(content, *key);
  if (!digits) return failure(field_fault(digits.error()));
  return *digits;
}

Result<std::vector<TokenDigits>, KeyFault> LocalKeyStore::make_key_change(
    const sts::KeyDerivation& from, const sts::KeyDerivation& to, sts::SupplyGroupToken third) {
  if (const auto fit = judge_change(from, to); !fit) return failure(fit.error());
  const auto old_record = find(from);
  if (!old_record) return failure(old_record.error());
  const auto new_record = find(to);
  if (!new_record) return failure(new_record.error());
  const auto old_key = cipher(*old_record, from);
  if (!old_key) return failure(old_key.error());
  auto new_key = derive(*new_record, to);
  if (!new_key) return failure(std::move(new_key).error());
  const sts::KeyChange change{
      .key = std::move(new_key).value(),
      .key_type = to.key_type,
      .key_revision = to.key_revision,
      .tariff_index = to.tariff_index,
      .key_expiry = new_record->key_expiry,
      .supply_group = to.supply_group,
      .rollover = from.base_date == to.base_date ? sts::Rollover::No : sts::Rollover::Yes};
  std::vector<TokenDigits> set;
  for (const sts::TokenContent& section : sts::key_change_sections(change, third)) {
    const auto digits = sts::encode_token(section, *old_key);
    if (!digits) return failure(field_fault(digits.error()));
    set.push_back(*digits);
  }
  return set;
}

Result<sts::TokenContent, KeyFault> LocalKeyStore::read_token(const sts::KeyDerivation& meter,
                                                              const TokenDigits& digits) {
  const auto bits = sts::token_bits(digits);
  if (!bits) return failure(KeyFault{Reason::Field, "the digits are no STS token: 2^66 or more"});
  const auto record = find(meter);
  if (!record) return failure(record.error());
  const auto key = cipher(*record, meter);
  if (!key) return failure(key.error());
  auto content = sts::decode_token(*bits, *key);
  if (!content) {
    return failure(KeyFault{Reason::CheckSum,
                            "the check sum does not hold: another meter's token, another key, or "
                            "a wrong digit"});
  }
  return std::move(content).value();
}

}  // namespace metergate::keys
