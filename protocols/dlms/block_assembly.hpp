// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/dlms/service.hpp"

/// Long APDUs put together from their blocks, and cut into them (Green Book, 9.4.6.12).
namespace metergate::dlms {

/// Blocks of one GET, SET or ACTION, in order from 1.
class BlockAssembly {
 public:
  enum class Taken : std::uint8_t { More, Complete, Repeated, WrongNumber, TooLong };

  explicit BlockAssembly(std::size_t max_octets) : max_octets_{max_octets} {}

  /// A repetition of the block before is passed over: some meters send it after a lost
  /// acknowledgement.
  [[nodiscard]] Taken take(bool last, std::uint32_t number, OctetView raw);
  [[nodiscard]] std::uint32_t number() const { return number_; }  ///< of the last one taken
  [[nodiscard]] Octets release();

 private:
  std::size_t max_octets_;
  std::uint32_t number_ = 0;
  Octets octets_;
};

/// Pieces of at most `limit` octets; at least one, the last of them marked.
[[nodiscard]] std::vector<DataBlock> cut_into_blocks(OctetView octets, std::size_t limit);

}  // namespace metergate::dlms
