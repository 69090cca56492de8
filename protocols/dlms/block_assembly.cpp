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

}  // namespace metergate::dlms
