// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/keys.hpp"

#include <algorithm>
#include <sstream>
#include <system_error>

#include "gateway/sim/street/state_file.hpp"
#include "meters/virtual/test_keys.hpp"

namespace metergate::sim {
namespace {

namespace test_keys = virtual_meter::test_keys;
using virtual_meter::MeterKeys;
using virtual_meter::VirtualMeter;

constexpr std::string_view kReadme =
    "PUBLIC TEST KEYS\n"
    "\n"
    "These keys are worked out from constants that are printed in the source of metergate, so\n"
    "everybody has them. They open the simulated meters of this street. Never load them into a\n"
    "key store that vends for real meters, and never give them to a real meter.\n"
    "\n"
    "  sh import.sh --file vending.keys --passphrase-file passphrase\n"
    "\n"
    "puts the vending keys into a key store; `metergate sim keys` prints one meter's keys for\n"
    "`metergate token`.\n";

std::string hex_of(OctetView octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xFU];
  }
  return text;
}

std::string code(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }
unsigned algorithm_of(const MeterKeys& keys) {
  return static_cast<unsigned>(keys.decoder.cipher.algorithm());
}

/// The names of the vending keys a street can be given: two groups, two revisions, default and
/// unique keys, now and after the next change of base date.
struct VendingKeyName {
  std::uint32_t supply_group;
  sts::KeyType type;
  std::uint8_t revision;
  sts::BaseDate base;

  [[nodiscard]] std::string file() const {
    return std::to_string(supply_group) + '-' + std::to_string(static_cast<unsigned>(type)) + '-' +
           std::to_string(unsigned{revision}) + '-' + std::string{sts::base_date_code(base)} +
           ".hex";
  }
};

std::vector<VendingKeyName> vending_key_names() {
  std::vector<VendingKeyName> names;
  for (const std::uint32_t group : {test_keys::kSupplyGroup, test_keys::kOtherSupplyGroup}) {
    for (const auto type : {sts::KeyType::Default, sts::KeyType::Unique}) {
      for (const std::uint8_t revision : {std::uint8_t{1}, std::uint8_t{2}}) {
        for (const auto base : {sts::BaseDate::Y2014, sts::BaseDate::Y2035}) {
          names.push_back({group, type, revision, base});
        }
      }
    }
  }
  return names;
}

std::string import_script() {
  std::ostringstream out;
  out << "#!/bin/sh\n# PUBLIC TEST KEYS, for simulated meters only: see README.\nset -e\n"
      << "here=$(dirname \"$0\")\n";
  for (const VendingKeyName& name : vending_key_names()) {
    out << "\"${METERGATE:-metergate}\" keys import --sgc " << name.supply_group << " --kt "
        << static_cast<unsigned>(name.type) << " --krn " << unsigned{name.revision}
        << " --base-date " << sts::base_date_code(name.base)
        << " --dkga 04 --ken 255 --ea 07+11 --key \"$here/" << name.file() << "\" \"$@\"\n";
  }
  return out.str();
}

std::string meter_row(const std::string& name, const VirtualMeter& meter, const MeterKeys& keys) {
  const sts::MeterKey& key = keys.decoder;
  std::ostringstream out;
  out << name << ',' << meter.serial().text() << ',' << keys.pan.digits() << ','
      << key.supply_group.value_or(0) << ',' << code(key.tariff_index) << ','
      << unsigned{key.key_revision} << ',' << static_cast<unsigned>(key.key_type) << ','
      << unsigned{key.key_expiry.value} << ',' << code(algorithm_of(keys)) << ','
      << code(static_cast<unsigned>(keys.generation)) << ',' << sts::base_date_code(keys.base_date)
      << ',' << keys.utrn.parties.target.text() << ','
      << hex_of(test_keys::public_key(test_keys::meter_private_key(meter.serial()))) << '\n';
  return out.str();
}

/// The meter's key by its name, where it was made from the test vending key of that name. Keys that
/// somebody else's key change brought are known by their octets only.
std::optional<test_keys::Issue> test_issue(const VirtualMeter& meter, const MeterKeys& keys) {
  const sts::MeterKey& key = keys.decoder;
  const bool has_a_name = key.supply_group && *key.supply_group <= sts::SupplyGroupCode::kLast &&
                          sts::TariffIndex::of(key.tariff_index) &&
                          sts::KeyRevisionNumber::of(key.key_revision);
  if (!has_a_name) return std::nullopt;
  const test_keys::Issue issue{.algorithm = key.cipher.algorithm(),
                               .supply_group = *key.supply_group,
                               .tariff_index = key.tariff_index,
                               .key_revision = key.key_revision,
                               .key_type = key.key_type,
                               .base_date = keys.base_date,
                               .key_expiry = key.key_expiry};
  const MeterKeys made = test_keys::meter_keys(meter.serial(), issue);
  return made.decoder.cipher.key() == key.cipher.key() ? std::optional{issue} : std::nullopt;
}

}  // namespace

Result<Done, std::string> write_street_keys(
    const std::filesystem::path& folder, const std::vector<std::unique_ptr<StreetMeter>>& meters) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failure("cannot make " + folder.string() + ": " + error.message());
  StateFileBatch batch;
  std::string rows =
      "meter,serial,pan,supply_group,tariff_index,key_revision,key_type,key_expiry,algorithm,"
      "generation,base_date,utrn_identity,utrn_public_key\n";
  for (const auto& meter : meters) {
    const auto row = meter->with([&](VirtualMeter& hanging, UtcSeconds) {
      const auto tokens = hanging.token_state();
      return tokens ? meter_row(meter->name(), hanging, tokens->keys) : std::string{};
    });
    if (!row) return failure(meter->last_error());
    rows += *row;
  }
  std::vector<std::pair<std::string, std::string>> files{
      {"README", std::string{kReadme}},
      {"meters.csv", std::move(rows)},
      {"import.sh", import_script()},
      {"utrn-supplier.toml",
       "# PUBLIC TEST KEY, for simulated meters only: see README.\nsupplier = \"" +
           test_keys::supplier_identity().text() + "\"\nsupplier_private_key = \"" +
           hex_of(test_keys::supplier_private_key().view()) + "\"\nsupplier_public_key = \"" +
           hex_of(test_keys::public_key(test_keys::supplier_private_key())) + "\"\n"}};
  files.emplace_back("utrn-supplier.hex", hex_of(test_keys::supplier_private_key().view()) + "\n");
  for (const VendingKeyName& name : vending_key_names()) {
    const sts::VendingKey key =
        test_keys::vending_key(name.supply_group, name.type, name.revision, name.base);
    files.emplace_back(name.file(), hex_of(key.view()) + "\n");
  }
  for (const auto& [name, text] : files) {
    if (auto added = batch.add(folder / name, text); !added) return added;
  }
  return batch.commit();
}

std::string test_key_config(const VirtualMeter& meter) {
  const auto tokens = meter.token_state();
  if (!tokens) return {};
  const MeterKeys& keys = tokens->keys;
  const sts::MeterKey& key = keys.decoder;
  std::ostringstream out;
  out << "# PUBLIC TEST KEYS of the simulated meter " << meter.serial().text() << "\n"
      << "pan = \"" << keys.pan.digits() << "\"\n"
      << "ea = \"" << code(algorithm_of(keys)) << "\"\n"
      << "base_date = \"" << sts::base_date_code(keys.base_date) << "\"\n"
      << "ken = " << unsigned{key.key_expiry.value} << "\n";
  if (const auto issue = test_issue(meter, keys)) {
    std::string group = std::to_string(issue->supply_group);
    group.insert(0, 6 - std::min<std::size_t>(group.size(), 6), '0');
    const sts::VendingKey vending =
        test_keys::vending_key(issue->supply_group, key.key_type, key.key_revision, keys.base_date);
    out << "sgc = \"" << group << "\"\nti = \"" << code(key.tariff_index)
        << "\"\nkrn = " << unsigned{key.key_revision}
        << "\nkt = " << static_cast<unsigned>(key.key_type) << "\ndkga = \""
        << code(static_cast<unsigned>(keys.generation)) << "\"\nvending_key = \""
        << hex_of(vending.view()) << "\"\n";
  } else {
    out << "decoder_key = \"" << hex_of(key.cipher.key().view()) << "\"\n";
  }
  out << "\n[utrn]\nsupplier = \"" << keys.utrn.parties.originator.text() << "\"\nmeter = \""
      << keys.utrn.parties.target.text() << "\"\nsupplier_private_key = \""
      << hex_of(test_keys::supplier_private_key(keys.utrn.parties.originator).view())
      << "\"\nmeter_public_key = \""
      << hex_of(test_keys::public_key(test_keys::meter_private_key(meter.serial()))) << "\"\n"
      << "highest_counter = " << tokens->highest_counter.number() << "\n";
  return out.str();
}

}  // namespace metergate::sim
