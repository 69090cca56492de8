// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/wrapper.hpp"

#include <algorithm>
#include <utility>

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint16_t kVersion = 1;

}  // namespace

Octets encode_wrapper(const WrapperPdu& pdu) {
  ByteWriter out;
  out.u16(kVersion);
  out.u16(pdu.source);
  out.u16(pdu.destination);
  out.u16(static_cast<std::uint16_t>(pdu.apdu.size()));
  out.append(pdu.apdu);
  return out.take();
}

// Octets until the header, or the PDU, is whole; zero when the header is wrong.
std::size_t WrapperStream::wanted() {
  if (kept_.size() < kWrapperOctets) return kWrapperOctets - kept_.size();
  ByteReader in{kept_};
  if (in.u16() != kVersion) {
    fault_ = Fault::Version;
    return 0;
  }
  static_cast<void>(in.u32());
  const std::size_t length = in.u16();
  if (length > max_apdu_octets_) {
    fault_ = Fault::TooLong;
    return 0;
  }
  return kWrapperOctets + length - kept_.size();
}

std::vector<WrapperPdu> WrapperStream::take(OctetView octets) {
  std::vector<WrapperPdu> pdus;
  while (!fault_) {
    const std::size_t want = wanted();
    if (fault_) break;
    if (want == 0) {
      ByteReader in{OctetView{kept_}.subspan(2)};
      const std::uint16_t source = in.u16();
      const std::uint16_t destination = in.u16();
      pdus.push_back({source, destination, Octets(kept_.begin() + kWrapperOctets, kept_.end())});
      kept_.clear();
      continue;
    }
    if (octets.empty()) break;
    const OctetView portion = octets.first(std::min(want, octets.size()));
    kept_.insert(kept_.end(), portion.begin(), portion.end());
    octets = octets.subspan(portion.size());
  }
  return pdus;
}

}  // namespace metergate::dlms
