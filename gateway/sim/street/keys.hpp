// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/sim/street/meter.hpp"
#include "protocols/result.hpp"

/// What a head end needs to vend for a street of meters with keys. All of it is PUBLIC TEST
/// MATERIAL (meters/virtual/test_keys.hpp): whoever has this repository can work it out.
namespace metergate::sim {

/// Writes into `folder`:
///   README              what these are, and what they must never be used for
///   meters.csv          meter, serial, PAN, SGC, TI, KRN, KT, KEN, EA, DKGA, base date, and for
///                       UTRNs the meter's identity and public key: as the meters are now
///   SGC-KT-KRN-BASE.hex the test vending keys of the street's groups
///   import.sh           `metergate keys import` for each; takes the options of the key store
///   utrn-supplier.toml  the test supplier's identity and prepayment key
[[nodiscard]] Result<Done, std::string> write_street_keys(
    const std::filesystem::path& folder, const std::vector<std::unique_ptr<StreetMeter>>& meters);

/// One meter's test keys as a key configuration of `metergate token`; empty for the open rule.
[[nodiscard]] std::string test_key_config(const virtual_meter::VirtualMeter& meter);

}  // namespace metergate::sim
