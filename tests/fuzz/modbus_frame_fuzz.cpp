// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocols/modbus/pdu.hpp"
#include "protocols/modbus/rtu_frame.hpp"
#include "protocols/modbus/tcp_frame.hpp"

/// Frames of both kinds and the requests inside them, as a slave and a master meet them: whatever
/// decodes must encode to the same octets again.
namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(OctetView a, OctetView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void request(OctetView pdu) {
  const auto decoded = modbus::decode_request(pdu);
  if (!decoded) return;
  require(same(modbus::encode_request(*decoded), pdu));
  // Any octets as the answer to this request: judged, never believed blindly.
  const auto response = modbus::decode_response(*decoded, pdu);
  if (response) require(same(modbus::encode_response(*decoded, *response), pdu));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  if (const auto frame = modbus::decode_rtu(octets)) {
    require(same(modbus::encode_rtu(frame->address, frame->pdu), octets));
    request(frame->pdu);
  }
  if (const auto length = modbus::request_frame_octets(octets)) {
    require(*length >= modbus::kMinRtuFrameOctets);
  }
  if (const auto length = modbus::response_frame_octets(octets)) {
    require(*length >= modbus::kMinRtuFrameOctets);
  }
  OctetView rest = octets;
  for (;;) {
    const auto frame = modbus::decode_tcp(rest);
    if (!frame || !*frame) break;
    const std::size_t length = (*frame)->octets();
    require(length > modbus::kMbapOctets && length <= rest.size());
    require(same(modbus::encode_tcp(**frame), rest.first(length)));
    request((*frame)->pdu);
    rest = rest.subspan(length);
  }
  // The check sum keeps most inputs out, so the PDU gets its own turn.
  request(octets);
  return 0;
}
