// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace metergate {

/// 128 bits as g++ and clang++ have them; wide enough for every 20-bit currency amount of
/// IEC 62055-41 (below 2^118 hundred-thousandths) and for twenty decimal digits.
__extension__ using Uint128 = unsigned __int128;

[[nodiscard]] inline std::string decimal_text(Uint128 value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return out;
}

}  // namespace metergate
