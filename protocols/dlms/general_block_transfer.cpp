// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/general_block_transfer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "protocols/dlms/block_assembly.hpp"

namespace metergate::dlms {
namespace {

/// Tag, control, two numbers, and a length of up to three octets.
constexpr std::size_t kHead = 1 + 1 + 2 + 2 + 3;
constexpr std::size_t kMostBlocks = std::numeric_limits<std::uint16_t>::max();

}  // namespace

void GeneralBlockTransfer::reset() {
  const Settings settings = settings_;
  *this = GeneralBlockTransfer{settings};
}

GeneralBlockTransfer::Step GeneralBlockTransfer::begin(OctetView apdu, std::size_t longest) {
  if (longest != 0 && longest <= kHead) {
    return Broken{"the other side takes APDUs of " + std::to_string(longest) +
                  " octets, too few for any block"};
  }
  const std::size_t limit = longest == 0 ? apdu.size() : longest - kHead;
  if (apdu.size() / std::max<std::size_t>(limit, 1) >= kMostBlocks - sent_) {
    return Broken{std::to_string(apdu.size()) + " octets are more than fit into " +
                  std::to_string(kMostBlocks) + " blocks"};
  }
  outgoing_.clear();
  for (DataBlock& block : cut_into_blocks(apdu, limit)) outgoing_.push_back(std::move(block.raw));
  arrived_ = 0;
  base_ = sent_;
  fruitless_ = 0;
  return burst(their_window_);
}

GeneralBlockTransfer::Send GeneralBlockTransfer::burst(std::uint8_t window) {
  const std::size_t most = std::max<std::size_t>(std::min(window, settings_.send_window), 1);
  const std::size_t end = std::min(outgoing_.size(), arrived_ + most);
  Send out;
  for (std::size_t at = arrived_; at < end; ++at) {
    const bool last = at + 1 == outgoing_.size();
    const auto number = static_cast<std::uint16_t>(base_ + at + 1);
    sent_ = std::max(sent_, number);
    // Whoever streams waits for nothing; after the last block of a burst we do.
    out.blocks.push_back(
        {last, at + 1 < end, settings_.receive_window, number, received_, outgoing_[at]});
  }
  return out;
}

GeneralBlockTransfer::Send GeneralBlockTransfer::acknowledgement() {
  unacknowledged_ = 0;
  // A server has its answer still to send; a client has said all.
  const bool last = settings_.side == Side::Client;
  return {{{last, false, settings_.receive_window, ++sent_, received_, {}}}};
}

GeneralBlockTransfer::Step GeneralBlockTransfer::take(const GeneralBlock& block) {
  if (is_abort(block)) {
    reset();
    return Broken{"the other side has aborted the general block transfer", false};
  }
  // An answer whose last block nobody acknowledged, as nobody has to, ends with the next request.
  const bool first = block.number == 1 && block.acknowledged == 0 && !block.data.empty();
  if (settings_.side == Side::Server && first && incoming_.empty()) reset();
  their_window_ = block.window;
  if (block.data.empty()) heard_ = std::max(heard_, block.number);
  if (!outgoing_.empty()) {
    if (auto step = take_acknowledgement(block)) return std::move(*step);
  }
  if (block.data.empty()) return Wait{};
  return take_data(block);
}

/// Nothing when all of ours is there, and what came may be more than an acknowledgement.
std::optional<GeneralBlockTransfer::Step> GeneralBlockTransfer::take_acknowledgement(
    const GeneralBlock& block) {
  const std::size_t sent = static_cast<std::size_t>(sent_ - base_);
  const std::size_t arrived = block.acknowledged > base_ ? block.acknowledged - base_ : 0U;
  if (arrived > sent) {
    const std::string what = "block " + std::to_string(block.acknowledged) + " was acknowledged, " +
                             std::to_string(sent_) + " was the last sent";
    reset();
    return Broken{what};
  }
  if (arrived > arrived_) {
    arrived_ = arrived;
    fruitless_ = 0;
  } else if (++fruitless_ > settings_.patience) {
    const std::string what = "block " + std::to_string(base_ + arrived_ + 1) + " does not arrive";
    reset();
    return Broken{what};
  }
  if (arrived_ == outgoing_.size()) {
    outgoing_.clear();
    return std::nullopt;
  }
  // To a request that comes again, as its answer was lost, the answer comes again.
  const bool repeated = settings_.side == Side::Server && block.number <= received_;
  if (!block.data.empty() && !repeated) {
    reset();
    return Broken{"an answer came to half of what was asked"};
  }
  return burst(their_window_);
}

GeneralBlockTransfer::Step GeneralBlockTransfer::take_data(const GeneralBlock& block) {
  // Acknowledgements may have been counted, or not.
  const bool next = incoming_.empty() ? block.number == 1 || block.number == heard_ + 1
                                      : block.number == received_ + 1;
  if (!next) {
    // The rest of a window that has a hole, or a repetition: say where we stand.
    if (block.streaming && settings_.receive_window > 1) return Wait{};
    if (++fruitless_ > settings_.patience) {
      const std::string what = "block " + std::to_string(received_ + 1) + " does not come";
      reset();
      return Broken{what};
    }
    return acknowledgement();
  }
  if (incoming_.size() + block.data.size() > settings_.max_octets) {
    reset();
    return Broken{"what comes is longer than is taken"};
  }
  incoming_.insert(incoming_.end(), block.data.begin(), block.data.end());
  received_ = block.number;
  fruitless_ = 0;
  ++unacknowledged_;
  if (block.last) {
    unacknowledged_ = 0;
    return Whole{std::exchange(incoming_, {})};
  }
  // Meters set the streaming bit and wait all the same; the window decides then.
  const bool full = unacknowledged_ >= settings_.receive_window;
  if (full || !block.streaming) return acknowledgement();
  return Wait{};
}

std::optional<GeneralBlockTransfer::Send> GeneralBlockTransfer::silence() {
  const bool halfway = !outgoing_.empty() || !incoming_.empty();
  if (!halfway || ++fruitless_ > settings_.patience) return std::nullopt;
  return outgoing_.empty() ? acknowledgement() : burst(1);
}

}  // namespace metergate::dlms
