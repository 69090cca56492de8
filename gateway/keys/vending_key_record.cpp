// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/vending_key_record.hpp"

#include <tuple>

namespace metergate::keys {
namespace {

using enum sts::EncryptionAlgorithm;

auto order(const VendingKeyName& name) {
  return std::tuple{name.supply_group.number(), sts::first_day(name.base_date), name.key_type,
                    name.key_revision.number()};
}

}  // namespace

VendingKeyName VendingKeyName::of(const sts::KeyDerivation& meter) {
  return {meter.supply_group, meter.key_type, meter.key_revision, meter.base_date};
}

std::string VendingKeyName::text() const {
  return "SGC " + supply_group.digits() + ", key type " +
         std::to_string(static_cast<unsigned>(key_type)) + " (" +
         std::string{sts::key_type_word(key_type)} + "), KRN " +
         std::to_string(key_revision.number()) + ", base date " +
         std::string{sts::base_date_code(base_date)};
}

bool comes_before(const VendingKeyName& a, const VendingKeyName& b) { return order(a) < order(b); }

AlgorithmSet AlgorithmSet::usual_for(sts::KeyGeneration generation) {
  return generation == sts::KeyGeneration::Dkga02 ? AlgorithmSet{Sta} : AlgorithmSet{Sta, Misty1};
}

std::optional<AlgorithmSet> AlgorithmSet::parse(std::string_view text) {
  AlgorithmSet set;
  while (!text.empty()) {
    const auto end = text.find('+');
    const auto algorithm = sts::parse_algorithm(text.substr(0, end));
    if (!algorithm) return std::nullopt;
    set.add(*algorithm);
    if (end == std::string_view::npos) return set;
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::string AlgorithmSet::text() const {
  std::string out;
  for (const auto algorithm : {Sta, Dea, Misty1}) {
    if (!contains(algorithm)) continue;
    if (!out.empty()) out += '+';
    out += sts::algorithm_code(algorithm);
  }
  return out;
}

std::string_view generation_code(sts::KeyGeneration generation) {
  return generation == sts::KeyGeneration::Dkga02 ? "02" : "04";
}

}  // namespace metergate::keys
