// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/model_file.hpp"
#include "config/schema.hpp"

namespace metergate::config {

/// What reading all meters of a serial line once costs it.
struct LineBudget {
  std::string line;
  std::uint32_t baud = 0;
  std::size_t meters = 0;
  std::size_t registers = 0;  ///< of one round over all meters
  double round_s = 0;         ///< line time of that round
  double needed_share = 0;    ///< of the line's time, with everything the schedules ask for
  /// False for all but Modbus: how much the meters send back is not known beforehand, so nothing is
  /// counted but the meters.
  bool is_known = true;
};

/// One request costs `8 characters + max(turn-round, 3.5 characters) + (5 + 2R) characters + 3.5
/// characters`, a character being 11 bits; above 19200 baud the silence is 1.75 ms.
[[nodiscard]] std::vector<LineBudget> line_budgets(const Configuration& configuration,
                                                   const ModelCatalogue& models);

/// `line a: 32 meters x 40 registers at 9600 baud need 4.1 s a round, 0.5 % of the line's time`,
/// or that it is not known.
[[nodiscard]] std::string budget_text(const LineBudget& budget);

/// A sentence for every line whose schedules ask for more time than there is.
[[nodiscard]] std::vector<std::string> budget_warnings(const Configuration& configuration,
                                                       const ModelCatalogue& models);

}  // namespace metergate::config
