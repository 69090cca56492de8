// SPDX-License-Identifier: Apache-2.0
#include "meters/tariff.hpp"

#include <algorithm>

namespace metergate {

bool is_supplier_name(std::string_view name) {
  return !name.empty() && name.size() <= Supplier::kMostNameOctets && name.front() != ' ' &&
         name.back() != ' ' &&
         std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace metergate
