// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/block_assembly.hpp"

#include <algorithm>
#include <utility>

namespace metergate::dlms {
namespace {

std::vector<OctetView> pieces(OctetView octets, std::size_t limit) {
  std::vector<OctetView> out;
  do {
    const OctetView piece = octets.first(std::min(std::max<std::size_t>(limit, 1), octets.size()));
    out.push_back(piece);
    octets = octets.subspan(piece.size());
  } while (!octets.empty());
  return out;
}

}  // namespace

BlockAssembly::Taken BlockAssembly::take(bool last, std::uint32_t number, OctetView raw) {
  if (number == number_ && number_ > 0) return Taken::Repeated;
  if (number != number_ + 1) return Taken::WrongNumber;
  if (octets_.size() + raw.size() > max_octets_) return Taken::TooLong;
  octets_.insert(octets_.end(), raw.begin(), raw.end());
  number_ = number;
  return last ? Taken::Complete : Taken::More;
}

Octets BlockAssembly::release() {
  number_ = 0;
  return std::exchange(octets_, {});
}

std::vector<DataBlock> cut_into_blocks(OctetView octets, std::size_t limit) {
  std::vector<DataBlock> out;
  for (const OctetView piece : pieces(octets, limit)) {
    out.push_back(
        {false, static_cast<std::uint32_t>(out.size() + 1), {piece.begin(), piece.end()}});
  }
  out.back().last = true;
  return out;
}

GeneralBlockReceiver::Taken GeneralBlockReceiver::take(const GeneralBlock& block) {
  if (block.number != received_ + 1) {
    // The rest of a window that has a hole, or a repetition: say where we stand.
    return block.streaming && window_ > 1 ? Taken::Wait : Taken::Acknowledge;
  }
  if (octets_.size() + block.data.size() > max_octets_) return Taken::TooLong;
  octets_.insert(octets_.end(), block.data.begin(), block.data.end());
  received_ = block.number;
  ++since_acknowledged_;
  if (block.last) return Taken::Complete;
  // The streaming bit is set by meters that wait all the same, so the window decides.
  return since_acknowledged_ >= window_ ? Taken::Acknowledge : Taken::Wait;
}

GeneralBlock GeneralBlockReceiver::acknowledgement() {
  since_acknowledged_ = 0;
  return {true, false, window_, ++own_number_, received_, {}};
}

Octets GeneralBlockReceiver::release() {
  received_ = own_number_ = since_acknowledged_ = 0;
  return std::exchange(octets_, {});
}

GeneralBlockSender::GeneralBlockSender(OctetView apdu, std::size_t limit) {
  for (const OctetView piece : pieces(apdu, limit)) {
    blocks_.emplace_back(piece.begin(), piece.end());
  }
}

std::vector<GeneralBlock> GeneralBlockSender::blocks(std::uint16_t acknowledged,
                                                     std::uint8_t window) const {
  std::vector<GeneralBlock> out;
  const std::size_t end =
      std::min(blocks_.size(), std::size_t{acknowledged} + std::max<std::size_t>(window, 1));
  for (std::size_t i = acknowledged; i < end; ++i) {
    const bool last = i + 1 == blocks_.size();
    out.push_back(
        {last, !last && i + 1 < end, 1, static_cast<std::uint16_t>(i + 1), 0, blocks_[i]});
  }
  return out;
}

}  // namespace metergate::dlms
