// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "meters/quantity.hpp"
#include "protocols/cosem/obis_code.hpp"

/// What the readout of a meter in mode C of IEC 62056-21 holds. Its data sets are named as the
/// meter writes them (`1.8.0`, `1-0:1.8.0*255`, `C.1.0`): makers do not agree on how much of a code
/// is written.
namespace metergate::model {

struct ModeCRegister {
  cosem::ObisCode obis;
  std::string name;     ///< `import_active_energy`
  std::string readout;  ///< name of its data set
  Unit unit = Unit::None;
  std::string written_unit;  ///< `kWh`, where the readout leaves the unit out

  friend bool operator==(const ModeCRegister&, const ModeCRegister&) = default;
};

struct ModeCLayout {
  std::string serial;    ///< data set with the serial number
  std::string firmware;  ///< may be empty
  std::string date;      ///< `0.9.2`, beside `time`
  std::string time;
  std::string date_time;  ///< `1.0.0`, instead of the two
  std::vector<ModeCRegister> registers;
  /// Minutes from the meter's standard time to UTC.
  std::chrono::minutes to_utc{0};

  friend bool operator==(const ModeCLayout&, const ModeCLayout&) = default;
};

}  // namespace metergate::model
