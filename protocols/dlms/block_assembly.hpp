// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/dlms/general_block.hpp"
#include "protocols/dlms/service.hpp"

/// Long APDUs put together from their blocks, and cut into them (Green Book, 9.4.6.12, 9.3.13).
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

/// The receiving end of a general block transfer. Blocks out of order are dropped: the sender
/// repeats from what was acknowledged.
class GeneralBlockReceiver {
 public:
  enum class Taken : std::uint8_t { Wait, Acknowledge, Complete, TooLong };

  /// `window`: blocks to take before each acknowledgement.
  GeneralBlockReceiver(std::size_t max_octets, std::uint8_t window)
      : max_octets_{max_octets}, window_{window} {}

  [[nodiscard]] Taken take(const GeneralBlock& block);
  /// What tells the sender where we stand; also after silence.
  [[nodiscard]] GeneralBlock acknowledgement();
  [[nodiscard]] Octets release();

 private:
  std::size_t max_octets_;
  std::uint8_t window_;
  std::uint8_t since_acknowledged_ = 0;
  std::uint16_t received_ = 0;
  std::uint16_t own_number_ = 0;
  Octets octets_;
};

/// The sending end: blocks of one APDU, again from where the receiver stands.
class GeneralBlockSender {
 public:
  GeneralBlockSender(OctetView apdu, std::size_t limit);

  /// What may go out after `acknowledged`, at most `window` blocks; none when all has arrived.
  [[nodiscard]] std::vector<GeneralBlock> blocks(std::uint16_t acknowledged,
                                                 std::uint8_t window) const;
  [[nodiscard]] bool complete(std::uint16_t acknowledged) const {
    return acknowledged >= blocks_.size();
  }

 private:
  std::vector<Octets> blocks_;
};

}  // namespace metergate::dlms
