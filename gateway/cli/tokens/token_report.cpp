// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/token_report.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "gateway/cli/terminal/decimal.hpp"
#include "gateway/cli/tokens/sts_facts.hpp"
#include "protocols/overloaded.hpp"
#include "protocols/sts/token_codec.hpp"
#include "protocols/utrn/utrn.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
using Verdict = TokenReport::Verdict;

std::string crc_text(std::uint16_t crc) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04X", crc);
  return text.data();
}

/// `word` is for programs, `text` what people read.
void say(TokenReport& report, std::string key, std::string label, std::string word,
         std::string text) {
  report.facts.push_back({std::move(key), std::move(label), std::move(text), std::move(word)});
}

/// A check that holds, fails or was not made.
void holds(TokenReport& report, std::string key, std::string label) {
  say(report, std::move(key), std::move(label), "holds", "holds");
}
void fails(TokenReport& report, std::string key, std::string label, const std::string& why) {
  say(report, std::move(key), std::move(label), "wrong", "wrong: " + why);
}
void skipped(TokenReport& report, std::string key, std::string label, const std::string& why) {
  say(report, std::move(key), std::move(label), "not-checked", "not checked: " + why);
}

void read_sts(TokenReport& report, sts::TokenBits bits, const config::StsKeyConfig* keys) {
  const sts::TokenClass token_class = sts::token_class(bits);
  const auto number = static_cast<std::int64_t>(token_class);
  report.facts.push_back(
      {"class", "class", std::to_string(number) + ", " + std::string{token_class_word(token_class)},
       number});
  const bool encrypted =
      token_class == sts::TokenClass::Credit || token_class == sts::TokenClass::Management;
  if (encrypted && keys == nullptr) {
    skipped(report, "crc", "CRC", "encrypted, give the meter's key with --key-config");
    report.verdict = Verdict::Encrypted;
    return;
  }
  const std::uint64_t block =
      encrypted ? keys->cipher().decrypt(sts::block_of(bits)) : sts::block_of(bits);
  const auto content = sts::decode_block(token_class, block);
  if (!content) {
    if (encrypted) {
      fails(report, "crc", "CRC", "another meter's token, another key, or a wrong digit");
    } else {
      fails(report, "crc", "CRC",
            crc_text(content.error().found) + " stands there, " +
                crc_text(content.error().expected) + " would be right");
    }
    return;
  }
  report.verdict = Verdict::Sound;
  const auto subclass = static_cast<std::int64_t>(sts::subclass_of(*content));
  report.facts.push_back({"subclass", "subclass", std::to_string(subclass), subclass});
  for (TokenFact& fact : facts_of(*content, keys)) report.facts.push_back(std::move(fact));
  holds(report, "crc", "CRC");
}

/// The MAC, under the counter a meter with this cache would take the ten bits for.
void check_mac(TokenReport& report, const utrn::Ptut& ptut, const config::UtrnKeyConfig& keys) {
  const auto counter = utrn::reconstruct_counter(keys.highest, ptut.truncated_counter);
  if (!counter) {
    fails(report, "mac", "MAC", "no counter near the highest one has these ten bits");
    report.verdict = Verdict::Wrong;
    return;
  }
  report.facts.push_back({"counter", "counter",
                          std::to_string(counter->number()) + " (meter has accepted " +
                              std::to_string(keys.highest.number()) + ')',
                          static_cast<std::int64_t>(counter->number())});
  if (!keys.secret) {
    return skipped(report, "mac", "MAC", "name the key store with the supplier's key, --file");
  }
  const bool authentic = utrn::utrn_is_authentic(*keys.secret, keys.parties, *counter, ptut);
  if (authentic) return holds(report, "mac", "MAC");
  fails(report, "mac", "MAC", "another meter's or supplier's code, or a counter further away");
  report.verdict = Verdict::Wrong;
}

void read_utrn(TokenReport& report, const utrn::Ptut& ptut, const config::UtrnKeyConfig* keys) {
  holds(report, "check_digit", "check digit");
  const auto sub_class = static_cast<std::int64_t>(ptut.sub_class);
  report.facts.push_back(
      {"sub_class", "sub-class",
       std::to_string(sub_class) + (sub_class == 0 ? "" : ": reserved, a meter refuses it"),
       sub_class});
  report.facts.push_back({"counter_bits", "counter bits",
                          std::to_string(ptut.truncated_counter) + " (the last ten)",
                          static_cast<std::int64_t>(ptut.truncated_counter)});
  const auto value_class = static_cast<std::int64_t>(ptut.top_up.value_class);
  const auto minor = ptut.top_up.minor_units();
  if (minor) {
    report.facts.push_back(
        {"value_minor", "value", decimal_shown(*minor, 2), static_cast<std::int64_t>(*minor)});
  } else {
    report.facts.push_back({"value_raw", "value",
                            std::to_string(ptut.top_up.value) + " of the reserved value class " +
                                std::to_string(value_class) + ", a meter refuses it",
                            static_cast<std::int64_t>(ptut.top_up.value)});
  }
  report.facts.push_back({"value_class", "", "", value_class});
  report.verdict = sub_class == 0 && minor ? Verdict::Sound : Verdict::Wrong;
  if (keys != nullptr) {
    check_mac(report, ptut, *keys);
  } else {
    skipped(report, "mac", "MAC", "give the supplier's key with --key-config");
  }
}

json::value json_of(const TokenFact& fact) {
  return std::visit(
      Overloaded{[](const std::vector<std::string>& words) -> json::value {
                   return json::array(words.begin(), words.end());
                 },
                 [](const std::string& text) -> json::value { return json::string{text}; },
                 [](auto value) -> json::value { return value; }},
      fact.value);
}

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Sound:
      return "sound";
    case Verdict::Encrypted:
      return "encrypted";
    case Verdict::Wrong:
      break;
  }
  return "wrong";
}

std::string TokenReport::text() const {
  std::size_t width = 0;
  for (const TokenFact& fact : facts) width = std::max(width, fact.label.size());
  std::string out;
  for (const TokenFact& fact : facts) {
    if (fact.label.empty()) continue;
    out += fact.label + std::string(width + 2 - fact.label.size(), ' ') + fact.text + '\n';
  }
  return out;
}

std::string TokenReport::json() const {
  json::object out{{"verdict", verdict_word(verdict)}};
  for (const TokenFact& fact : facts) out[fact.key] = json_of(fact);
  return json::serialize(out);
}

TokenReport report_malformed(const DigitsFault& fault) {
  TokenReport report;
  say(report, "family", "family", "malformed",
      fault.reason == DigitsFault::Reason::WrongLength
          ? "none: " + std::to_string(fault.position) + " digits, a token has 20"
          : "none: only digits, blanks and hyphens make a token");
  return report;
}

TokenReport report_token(const TokenDigits& digits, const config::KeyConfig& keys) {
  TokenReport report;
  const utrn::DigitFamily family = utrn::digit_family(digits);
  const std::string word{utrn::digit_family_word(family)};
  const auto told = [&](std::string text) {
    report.facts.push_back({"family", "family", std::move(text), word});
  };
  switch (family) {
    case utrn::DigitFamily::Sts:
      told("STS token (IEC 62055-41)");
      read_sts(report, sts::token_bits(digits).value(), keys.sts ? &*keys.sts : nullptr);
      break;
    case utrn::DigitFamily::Utrn:
    case utrn::DigitFamily::UtrnUnknownSubClass:
      told("UTRN (SMETS2)");
      read_utrn(report, utrn::decode_utrn(digits).value(), keys.utrn ? &*keys.utrn : nullptr);
      break;
    case utrn::DigitFamily::UtrnWrongCheckDigit:
      told("UTRN (SMETS2)");
      fails(report, "check_digit", "check digit",
            "a digit is wrong, or two neighbours are swapped");
      break;
    case utrn::DigitFamily::Neither:
      told("none: the number is neither an STS token nor a UTRN");
      break;
  }
  return report;
}

}  // namespace metergate::cli
