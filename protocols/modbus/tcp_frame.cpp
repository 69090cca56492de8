// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/tcp_frame.hpp"

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::modbus {

std::string_view fault_word(TcpFault::Reason reason) {
  return reason == TcpFault::Reason::WrongProtocol ? "protocol identifier is not 0"
                                                   : "impossible length";
}

Octets encode_tcp(const TcpFrame& frame) {
  ByteWriter out;
  out.u16(frame.transaction);
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(frame.pdu.size() + 1));
  out.u8(frame.unit);
  out.append(frame.pdu);
  return out.take();
}

Result<std::optional<TcpFrame>, TcpFault> decode_tcp(OctetView stream) {
  ByteReader in{stream};
  TcpFrame frame;
  frame.transaction = in.u16();
  const std::uint16_t protocol = in.u16();
  if (in.ok() && protocol != 0) return failure(TcpFault{TcpFault::Reason::WrongProtocol, 2});
  const std::uint16_t length = in.u16();  // of what follows: unit and PDU
  if (in.ok() && (length < 2 || length > kMaxPduOctets + 1)) {
    return failure(TcpFault{TcpFault::Reason::WrongLength, 4});
  }
  frame.unit = in.u8();
  const OctetView pdu = in.ok() ? in.take(length - 1U) : OctetView{};
  if (!in.ok()) return std::optional<TcpFrame>{};
  frame.pdu.assign(pdu.begin(), pdu.end());
  return std::optional{std::move(frame)};
}

}  // namespace metergate::modbus
