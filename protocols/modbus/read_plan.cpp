// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/read_plan.hpp"

#include <algorithm>
#include <numeric>

namespace metergate::modbus {

std::vector<ReadBlock> plan_reads(const std::vector<WantedRegisters>& wanted,
                                  const PlanLimits& limits) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::pair{wanted[i].function, wanted[i].address};
  });
  std::vector<ReadBlock> blocks;
  for (const std::size_t index : order) {
    const WantedRegisters& next = wanted[index];
    const unsigned next_end = next.address + unsigned{next.count};
    if (!blocks.empty()) {
      ReadRegisters& last = blocks.back().request;
      const unsigned last_end = last.address + unsigned{last.count};
      const bool near = next.address <= last_end + limits.max_gap;
      const unsigned merged_end = std::max(last_end, next_end);
      if (last.function == next.function && near &&
          merged_end - last.address <= limits.max_registers) {
        last.count = static_cast<std::uint16_t>(merged_end - last.address);
        blocks.back().wanted.push_back(index);
        continue;
      }
    }
    blocks.push_back({ReadRegisters{next.function, next.address, next.count}, {index}});
  }
  return blocks;
}

std::uint16_t break_even_gap(double character_s, double turn_round_s, double silence_s) {
  const double saved_s = 13 * character_s + turn_round_s + silence_s;
  return static_cast<std::uint16_t>(std::clamp(saved_s / (2 * character_s), 0.0, 120.0));
}

}  // namespace metergate::modbus
