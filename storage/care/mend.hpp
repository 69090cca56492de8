// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/salvage/copy_rows.hpp"

/// What a repair does with a ledger whose rows were copied and do not fit together any more. Where
/// something is not known, the side is taken on which nothing is used twice and nobody sees what is
/// another's. Each function says in `told`, a sentence each, what it found and did.
namespace metergate::care {

struct MendWith {
  sqlite::Database& db;
  const salvage::Copied& copied;
  bool log_is_damaged = false;  ///< commits at the end of the old ledger are missing
  UtcTime now;
  std::vector<std::string>& told;

  [[nodiscard]] bool lost_any(std::initializer_list<std::string_view> tables) const;
};

/// Names for meters whose record is lost but whose data is not, and for those whose name is
/// damaged; a tenancy for data without one; an open tenancy for every meter. Data whose tenant is
/// not known is sealed.
[[nodiscard]] Stored<Done> mend_meters(const MendWith& with);

/// Transaction ids and DLMS invocation counters above all that may have been used.
[[nodiscard]] Stored<Done> mend_numbers(const MendWith& with);

/// Takes out what no release could read, and names commands and tokens with holes in their record.
[[nodiscard]] Stored<Done> mend_commands(const MendWith& with);

/// Sets collection back to before what was lost, so that it is asked for once more where the meter
/// still has it.
[[nodiscard]] Stored<Done> mend_collection(const MendWith& with);

}  // namespace metergate::care
