// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/dlms/general_block.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::dlms {

/// One side of a general block transfer (Green Book, 9.3.13 and 9.4.6.13): an APDU of ours that
/// goes out in blocks, one of the other side's that comes in them, one after the other. The blocks
/// of a side are counted from 1, acknowledgements among them. A value machine without a clock.
class GeneralBlockTransfer {
 public:
  enum class Side : std::uint8_t { Client, Server };
  struct Settings {
    Side side = Side::Client;
    std::size_t max_octets = 0;       ///< of an APDU that comes in
    std::uint8_t send_window = 1;     ///< blocks at a time, if the other side takes as many
    std::uint8_t receive_window = 1;  ///< that we take before we acknowledge
    unsigned patience = 3;            ///< blocks sent again in succession before it is over
  };

  /// To be sent, in this order.
  struct Send {
    std::vector<GeneralBlock> blocks;
  };
  /// The other side's APDU.
  struct Whole {
    Octets apdu;
  };
  struct Wait {};
  /// It is over. `abort`: the other side does not know yet.
  struct Broken {
    std::string what;
    bool abort = true;
  };
  using Step = std::variant<Wait, Send, Whole, Broken>;

  explicit GeneralBlockTransfer(Settings settings) : settings_{settings} {}

  /// `longest`: octets of the longest block the other side takes, head included; 0 for no limit.
  [[nodiscard]] Step begin(OctetView apdu, std::size_t longest);
  [[nodiscard]] Step take(const GeneralBlock& block);
  /// Nothing came for so long that something must have been lost: what is to be sent again, while
  /// there is anything.
  [[nodiscard]] std::optional<Send> silence();
  void reset();

  /// What tells the other side that nothing more comes of it.
  [[nodiscard]] static GeneralBlock abort() { return {true, false, 0, 0, 0, {}}; }
  [[nodiscard]] static bool is_abort(const GeneralBlock& block) {
    return block.last && block.number == 0 && block.acknowledged == 0 && block.data.empty();
  }

 private:
  [[nodiscard]] Send burst(std::uint8_t window);
  [[nodiscard]] Send acknowledgement();
  [[nodiscard]] std::optional<Step> take_acknowledgement(const GeneralBlock& block);
  [[nodiscard]] Step take_data(const GeneralBlock& block);

  Settings settings_;
  std::vector<Octets> outgoing_;     ///< empty when all of ours has arrived
  std::size_t arrived_ = 0;          ///< blocks of it
  std::uint16_t base_ = 0;           ///< number of our block before the first of them
  std::uint16_t sent_ = 0;           ///< number of our last block
  std::uint16_t heard_ = 0;          ///< number of the other side's last acknowledgement
  std::uint16_t received_ = 0;       ///< number of its last block that came in order
  std::uint8_t their_window_ = 1;    ///< until it says otherwise
  std::uint8_t unacknowledged_ = 0;  ///< blocks that came since we acknowledged some
  unsigned fruitless_ = 0;
  Octets incoming_;
};

}  // namespace metergate::dlms
