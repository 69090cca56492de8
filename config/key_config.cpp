// SPDX-License-Identifier: Apache-2.0
#include "config/key_config.hpp"

#include "config/secret_reader.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

/// A value with a parser that says what would be right.
template <typename T, typename Parse>
std::optional<T> parsed(TableReader& in, std::string_view key, Need need, std::string_view expected,
                        Parse parse) {
  std::string text;
  in.text(key, text, need);
  if (text.empty()) return std::nullopt;
  auto value = parse(text);
  if (value) return *value;
  in.contradicts(key, expected);
  return std::nullopt;
}

template <std::size_t N>
bool read_table(TableReader& in, std::string_view key, std::string_view expected,
                std::array<std::uint8_t, N>& into) {
  const Node* node = in.find(key, Need::Required, expected);
  if (node == nullptr) return false;
  const auto* list = std::get_if<Node::List>(&node->value);
  bool good = list != nullptr && list->size() == N;
  for (std::size_t at = 0; good && at < N; ++at) {
    const auto* number = std::get_if<std::int64_t>(&(*list)[at].value);
    good = number != nullptr && *number >= 0 && *number < static_cast<std::int64_t>(N);
    if (good) into[at] = static_cast<std::uint8_t>(*number);
  }
  if (!good) in.contradicts(key, expected);
  return good;
}

std::optional<sts::StaTables> read_tables(TableReader in, ErrorList& errors) {
  sts::StaTables::Substitution s1{};
  sts::StaTables::Substitution s2{};
  sts::StaTables::Permutation permutation{};
  bool good = read_table(in, "s1", "a list of 0 to 15, each once", s1);
  good = read_table(in, "s2", "a list of 0 to 15, each once", s2) && good;
  good = read_table(in, "p", "a list of 0 to 63, each once", permutation) && good;
  in.finish();
  if (!good) return std::nullopt;
  auto tables = sts::StaTables::of(s1, s2, permutation);
  if (tables) return std::move(tables).value();
  errors.add(ConfigError::Kind::Wrong, in.line(), std::string{tables.error().field}, kNotShown,
             std::string{tables.error().expected});
  return std::nullopt;
}

std::optional<sts::MeterPan> read_pan(TableReader& in, Need need) {
  if (in.has("drn")) {
    const auto drn = parsed<sts::DecoderReferenceNumber>(in, "drn", Need::Required,
                                                         "11 or 13 digits that end "
                                                         "with their Luhn digit",
                                                         &sts::DecoderReferenceNumber::parse);
    if (!drn) return std::nullopt;
    return sts::MeterPan::of(*drn);
  }
  return parsed<sts::MeterPan>(in, "pan", need, "18 digits that end with their Luhn digit",
                               &sts::MeterPan::parse);
}

/// What enters a key besides the vending key; nothing, and a mistake noted, where a part is
/// missing.
std::optional<sts::KeyDerivation> read_derivation(TableReader& in, StsKeyConfig& into, Need need) {
  const auto pan = read_pan(in, need);
  const auto supply_group =
      parsed<sts::SupplyGroupCode>(in, "sgc", need, "six digits", &sts::SupplyGroupCode::parse);
  const auto tariff_index =
      parsed<sts::TariffIndex>(in, "ti", need, "two digits", &sts::TariffIndex::parse);
  const auto key_revision = in.whole("krn", {1, 9}, need);
  const auto key_type = in.whole("kt", {0, 3}, Need::Optional).value_or(2);
  auto generation = sts::KeyGeneration::Dkga04;
  in.word<sts::KeyGeneration>("dkga", generation, sts::parse_key_generation, "\"02\" or \"04\"",
                              need);
  if (!pan || !supply_group || !tariff_index || !key_revision) return std::nullopt;
  return sts::KeyDerivation{
      .generation = generation,
      .algorithm = into.algorithm,
      .pan = *pan,
      .supply_group = *supply_group,
      .tariff_index = *tariff_index,
      .key_revision = sts::KeyRevisionNumber::of(static_cast<unsigned>(*key_revision)).value(),
      .key_type = static_cast<sts::KeyType>(key_type),
      .base_date = into.base_date.value_or(sts::BaseDate::Y2014)};
}

std::optional<sts::DecoderKey> derived(TableReader& in, ErrorList& errors,
                                       const crypto::SecretOctets& octets,
                                       const std::optional<sts::KeyDerivation>& derivation) {
  const auto vending_key = sts::VendingKey::of(octets);
  if (!vending_key) {
    refuse_secret(in, errors, "vending_key", vending_key.error().expected);
    return std::nullopt;
  }
  if (!derivation) return std::nullopt;  // said already what is missing
  auto key = sts::derive_decoder_key(*vending_key, *derivation);
  if (key) return std::move(key).value();
  refuse_secret(
      in, errors, "vending_key",
      key.error().field == "EA" ? "one whose dkga goes with this ea" : key.error().expected);
  return std::nullopt;
}

std::optional<sts::DecoderKey> given(TableReader& in, ErrorList& errors,
                                     const crypto::SecretOctets& octets,
                                     sts::EncryptionAlgorithm algorithm) {
  auto key = sts::DecoderKey::of(octets);
  if (key && key->size() == sts::key_octets(algorithm)) return std::move(key).value();
  refuse_secret(in, errors, "decoder_key", "16 hex digits for ea 07 and 09, 32 for ea 11");
  return std::nullopt;
}

std::optional<StsKeyConfig> read_sts(TableReader& in, ErrorList& errors) {
  const auto vending =
      read_secret(in, errors, "vending_key", "16 hex digits (DKGA02) or 40 (DKGA04)");
  const auto decoder = read_secret(in, errors, "decoder_key", "16 hex digits, or 32 for ea 11");
  const bool wanted = vending || decoder;
  if (!wanted && !in.has("vending_key") && !in.has("decoder_key")) {
    // Only UTRN keys: the rest must be absent too, which finish() says.
    return std::nullopt;
  }
  StsKeyConfig out{.decoder_key = sts::DecoderKey::of(crypto::SecretOctets{Octets(8)}).value(),
                   .derivation = std::nullopt,
                   .base_date = std::nullopt};
  in.word<sts::EncryptionAlgorithm>("ea", out.algorithm, sts::parse_algorithm,
                                    "\"07\", \"09\" or \"11\"", Need::Required);
  out.base_date = parsed<sts::BaseDate>(in, "base_date", vending ? Need::Required : Need::Optional,
                                        "\"93\", \"14\" or \"35\"", sts::parse_base_date);
  in.number("ken", out.key_expiry.value, {0, 255});
  in.duration("utc_offset_minutes", out.local_offset, {-900, 900});
  out.derivation = read_derivation(in, out, vending ? Need::Required : Need::Optional);
  if (auto tables = in.table("sta_tables")) {
    if (const auto read = read_tables(*tables, errors)) out.tables = *read;
  }
  std::optional<sts::DecoderKey> key;
  if (decoder) {
    key = given(in, errors, *decoder, out.algorithm);
  } else if (vending) {
    key = derived(in, errors, *vending, out.derivation);
  }
  if (!key) return std::nullopt;
  out.decoder_key = *key;
  return out;
}

std::optional<crypto::SecretOctets> read_utrn_secret(TableReader& in, ErrorList& errors) {
  if (auto shared = read_secret(in, errors, "shared_secret", "64 hex digits")) return shared;
  for (const auto& [ours, theirs] : {std::pair{"supplier_private_key", "meter_public_key"},
                                     {"meter_private_key", "supplier_public_key"}}) {
    const auto private_key = read_secret(in, errors, ours, "64 hex digits of a P-256 private key");
    std::string public_key;
    in.text(theirs, public_key);
    if (!private_key) continue;
    const auto octets = hex::parse(public_key);
    auto agreed = octets ? utrn::prepayment_secret(*private_key, *octets) : std::nullopt;
    if (agreed) return agreed;
    refuse_secret(in, errors, theirs,
                  "the other side's P-256 public key, 130 hex digits from 04 (or 66)");
    return std::nullopt;
  }
  if (errors.empty()) {
    in.missing("shared_secret",
               "it, or supplier_private_key and meter_public_key, or meter_private_key and "
               "supplier_public_key");
  }
  return std::nullopt;
}

/// The meter's public key, if it is given and one by its looks.
Octets read_meter_key(TableReader& in, ErrorList& errors) {
  std::string text;
  in.text("meter_public_key", text);
  if (text.empty()) return {};
  auto octets = hex::parse(text);
  if (octets && (octets->size() == 65 || octets->size() == 33)) return std::move(*octets);
  refuse_secret(in, errors, "meter_public_key",
                "a P-256 public key, 130 hex digits from 04 (or 66)");
  return {};
}

std::optional<UtrnKeyConfig> read_utrn(TableReader in, ErrorList& errors) {
  const auto supplier = parsed<utrn::Eui64>(in, "supplier", Need::Required,
                                            "an EUI-64: sixteen "
                                            "hex digits",
                                            &utrn::Eui64::parse);
  const auto meter = parsed<utrn::Eui64>(in, "meter", Need::Required,
                                         "an EUI-64: sixteen hex "
                                         "digits",
                                         &utrn::Eui64::parse);
  const auto highest = in.whole("highest_counter", {0, 0xFFFF'FFFF}, Need::Optional).value_or(0);
  Octets meter_key = read_meter_key(in, errors);
  std::optional<crypto::SecretOctets> shared;
  // With the meter's key alone, the supplier's is in a key store.
  const bool stored = !meter_key.empty() && !in.has("supplier_private_key") &&
                      !in.has("shared_secret") && !in.has("meter_private_key");
  if (!stored) shared = read_utrn_secret(in, errors);
  in.finish();
  if (!supplier || !meter || (!shared && !stored)) return std::nullopt;
  return UtrnKeyConfig{{*supplier, *meter},
                       std::move(shared),
                       std::move(meter_key),
                       utrn::UtrnCounter{static_cast<std::uint32_t>(highest)}};
}

}  // namespace

sts::TokenCipher StsKeyConfig::cipher() const {
  return sts::TokenCipher::of(algorithm, decoder_key, tables).value();
}

Result<KeyConfig, std::vector<ConfigError>> parse_key_config(std::string_view text,
                                                             const std::filesystem::path& file) {
  const auto root = parse_document(text, file);
  if (!root) return failure(std::vector{root.error()});
  ErrorList errors{file};
  TableReader in{*root, "", errors};
  KeyConfig config;
  if (auto utrn = in.table("utrn")) config.utrn = read_utrn(*utrn, errors);
  config.sts = read_sts(in, errors);
  if (!config.sts && !config.utrn && errors.empty()) {
    in.missing("vending_key", "a vending_key, a decoder_key or a [utrn] table");
  }
  if (config.sts || errors.empty()) in.finish();
  if (!errors.empty()) return failure(errors.take());
  return config;
}

Result<KeyConfig, std::vector<ConfigError>> load_key_config(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return failure(std::vector{text.error()});
  return parse_key_config(*text, file);
}

Result<sts::StaTables, std::vector<ConfigError>> load_sta_tables(
    const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return failure(std::vector{text.error()});
  const auto root = parse_document(*text, file);
  if (!root) return failure(std::vector{root.error()});
  ErrorList errors{file};
  const auto tables = read_tables(TableReader{*root, "", errors}, errors);
  if (!tables) return failure(errors.take());
  return *tables;
}

}  // namespace metergate::config
