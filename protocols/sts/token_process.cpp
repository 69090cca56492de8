// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_process.hpp"

#include "protocols/overloaded.hpp"
#include "protocols/sts/token_codec.hpp"

namespace metergate::sts {
namespace {

/// A meter of the two-digit form takes its code in subclass 0, one of the four-digit form in
/// subclass 1; code zero is for every meter (IEC 62055-41 6.3.9).
bool is_addressed(const InitiateMeterTest& test, const TokenProcessRules& rules) {
  return test.manufacturer == 0 ||
         (test.form == rules.manufacturer_form && test.manufacturer == rules.manufacturer);
}

}  // namespace

bool usual_key_type_rule(KeyType from, KeyType to) {
  using enum KeyType;
  if (from == to || from == Initialization) return true;
  if (to == Initialization) return false;
  return !(from == Unique && to == Common);
}

TokenResult TokenProcess::process(const TokenDigits& digits, UtcSeconds now,
                                  const Execute& execute) {
  const auto bits = token_bits(digits);
  if (!bits) return TokenResult::FormatError;
  if (token_class(*bits) == TokenClass::Reserved) return TokenResult::FunctionError;
  const auto content = decode_token(*bits, key_.cipher);
  if (!content) return TokenResult::CrcError;
  const auto executed = [&](const auto& token) {
    if (const auto refused = validate(token)) return *refused;
    const TokenResult result = execute(*content);
    const auto tid = tid_of(*content);
    if (result == TokenResult::Accept && tid) store_.take(*tid);
    return result;
  };
  return std::visit(Overloaded{
                        [&](const SetFirstSectionDecoderKey& section) {
                          const auto type = static_cast<KeyType>(section.key_type);
                          if (!rules_.key_type_rule(key_.key_type, type))
                            return TokenResult::KeyTypeError;
                          return receive(section, TokenResult::FirstKct, now);
                        },
                        [&](const SetSecondSectionDecoderKey& section) {
                          return receive(section, TokenResult::SecondKct, now);
                        },
                        [&](const SetThirdSectionDecoderKey& section) {
                          return receive(section, TokenResult::ThirdKct, now);
                        },
                        [&](const SetFourthSectionDecoderKey& section) {
                          if (key_.cipher.algorithm() != EncryptionAlgorithm::Misty1) {
                            return TokenResult::FunctionError;
                          }
                          return receive(section, TokenResult::FourthKct, now);
                        },
                        [&](const OtherToken&) { return TokenResult::FunctionError; },
                        [&](const auto& token) { return executed(TokenContent{token}); },
                    },
                    *content);
}

std::optional<TokenResult> TokenProcess::validate(const TokenContent& content) const {
  if (const auto* test = std::get_if<InitiateMeterTest>(&content)) {
    if (!is_addressed(*test, rules_)) return TokenResult::MfrCodeError;
  }
  const auto tid = tid_of(content);
  if (!tid) return std::nullopt;
  switch (store_.judge(*tid)) {
    case TidStore::Verdict::Used:
      return TokenResult::UsedError;
    case TidStore::Verdict::Old:
      return TokenResult::OldError;
    case TidStore::Verdict::Acceptable:
      break;
  }
  if (expired(*tid, key_.key_expiry)) return TokenResult::KeyExpiredError;
  if (class_of(content) == TokenClass::Credit && key_.key_type == KeyType::Default) {
    return TokenResult::DdtkError;
  }
  return std::nullopt;
}

template <typename Section>
TokenResult TokenProcess::receive(const Section& section, TokenResult stored, UtcSeconds now) {
  if (!assembly_.empty() && now - last_section_ > rules_.key_change_wait) assembly_.drop();
  last_section_ = now;
  assembly_.put(section);
  const auto change = assembly_.whole();
  if (!change) return stored;
  change_key(*change);
  return TokenResult::Accept;
}

void TokenProcess::change_key(const ReceivedKeyChange& change) {
  const EncryptionAlgorithm algorithm = key_.cipher.algorithm();
  // The set was assembled for this algorithm, so the key's length is right.
  key_ = MeterKey{.cipher = TokenCipher::of(algorithm, change.key, rules_.tables).value(),
                  .key_type = static_cast<KeyType>(change.key_type),
                  .key_expiry = change.key_expiry,
                  .key_revision = change.key_revision,
                  .tariff_index = change.tariff_index,
                  .supply_group = change.supply_group};
  if (change.rollover == Rollover::Yes) store_.roll_over();
  assembly_.drop();
}

}  // namespace metergate::sts
