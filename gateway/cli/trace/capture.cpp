// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/capture.hpp"

#include <algorithm>
#include <array>

#include "protocols/dlms/wrapper.hpp"
#include "protocols/modbus/tcp_frame.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::cli {
namespace {

// ---- pcapng -------------------------------------------------------------------------------------

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint16_t kLinkTypeRaw = 101;
constexpr std::uint16_t kOptionComment = 1;
constexpr std::size_t kLongestComment = 16'384;

void pad(ByteWriter& out, std::size_t octets) {
  for (; octets % 4 != 0; ++octets) out.u8(0);
}

void append_block(Octets& out, std::uint32_t type, const Octets& body) {
  const auto total = static_cast<std::uint32_t>(body.size() + 12);
  ByteWriter block;
  block.u32(type);
  block.u32(total);
  block.append(body);
  block.u32(total);
  const Octets octets = block.take();
  out.insert(out.end(), octets.begin(), octets.end());
}

void append_comment(ByteWriter& body, std::string_view comment) {
  if (comment.empty()) return;
  comment = comment.substr(0, kLongestComment);
  body.u16(kOptionComment);
  body.u16(static_cast<std::uint16_t>(comment.size()));
  for (const char one : comment) body.u8(static_cast<std::uint8_t>(one));
  pad(body, comment.size());
  body.u32(0);  // end of options
}

void append_packet(Octets& out, std::chrono::sys_time<std::chrono::microseconds> at,
                   const Octets& captured, std::size_t left_out, std::string_view comment) {
  const auto us = static_cast<std::uint64_t>(at.time_since_epoch().count());
  ByteWriter body;
  body.u32(0);  // the only interface
  body.u32(static_cast<std::uint32_t>(us >> 32U));
  body.u32(static_cast<std::uint32_t>(us));
  body.u32(static_cast<std::uint32_t>(captured.size()));
  body.u32(static_cast<std::uint32_t>(captured.size() + left_out));
  body.append(captured);
  pad(body, captured.size());
  append_comment(body, comment);
  append_block(out, kEnhancedPacket, body.take());
}

// ---- IPv4 and TCP (RFC 791, 3.1; RFC 9293, 3.1) -------------------------------------------------

/// TEST-NET-1 (RFC 5737): nobody has these.
constexpr std::uint32_t kGateway = 0xC0000201;
constexpr std::uint32_t kMeter = 0xC0000202;
constexpr std::uint16_t kGatewayPort = 49'152;
constexpr std::size_t kIpOctets = 20;
constexpr std::size_t kTcpOctets = 20;
constexpr std::size_t kLongestSegment = 16'384;
constexpr std::uint16_t kMqttPort = 1'883;
constexpr std::uint16_t kModbusPort = 502;
constexpr std::uint16_t kClientPort = 1;  ///< the management client

std::uint16_t port_of(CapturedExchange::Protocol protocol) {
  switch (protocol) {
    case CapturedExchange::Protocol::Dlms:
      return dlms::kRegisteredPort;
    case CapturedExchange::Protocol::Mqtt:
      return kMqttPort;
    case CapturedExchange::Protocol::Modbus:
      break;
  }
  return kModbusPort;
}

/// Ones' complement of the ones' complement sum (RFC 1071).
std::uint16_t internet_check_sum(OctetView octets) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < octets.size(); at += 2) {
    const std::uint32_t low = at + 1 < octets.size() ? octets[at + 1] : 0U;
    sum += (std::uint32_t{octets[at]} << 8U) + low;
    sum = (sum & 0xFFFFU) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(~sum);
}

struct Segment {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::size_t octets = 0;  ///< of payload, what was left out included
};

Octets ip_header(const Segment& segment) {
  const auto write = [&](std::uint16_t check_sum) {
    constexpr std::uint8_t kTcp = 6;
    constexpr std::uint16_t kDoNotFragment = 0x4000;
    ByteWriter out;
    out.u16(0x4500);  // version 4, five words
    out.u16(static_cast<std::uint16_t>(kIpOctets + kTcpOctets + segment.octets));
    out.u16(0);
    out.u16(kDoNotFragment);
    out.u8(64);
    out.u8(kTcp);
    out.u16(check_sum);
    out.u32(segment.from);
    out.u32(segment.to);
    return out.take();
  };
  return write(internet_check_sum(write(0)));
}

Octets tcp_segment(const Segment& segment, OctetView payload) {
  const auto write = [&](std::uint16_t check_sum) {
    constexpr std::uint16_t kPushAck = 0x5018;  // five words
    ByteWriter out;
    out.u16(segment.from_port);
    out.u16(segment.to_port);
    out.u32(segment.sequence);
    out.u32(segment.acknowledged);
    out.u16(kPushAck);
    out.u16(0xFFFF);
    out.u16(check_sum);
    out.u16(0);
    out.append(payload);
    return out.take();
  };
  ByteWriter summed;
  summed.u32(segment.from);
  summed.u32(segment.to);
  summed.u16(6);
  summed.u16(static_cast<std::uint16_t>(kTcpOctets + segment.octets));
  summed.append(write(0));
  return write(internet_check_sum(summed.take()));
}

// ---- messages -----------------------------------------------------------------------------------

/// PUBLISH with QoS 0 (MQTT 3.1.1, 3.3).
Octets mqtt_publish(const std::string& topic, OctetView payload) {
  ByteWriter out;
  out.u8(0x30);
  auto left = topic.size() + 2 + payload.size();
  do {
    const auto digit = static_cast<std::uint8_t>(left % 128);
    left /= 128;
    out.u8(left > 0 ? digit | 0x80U : digit);
  } while (left > 0);
  out.u16(static_cast<std::uint16_t>(topic.size()));
  for (const char one : topic) out.u8(static_cast<std::uint8_t>(one));
  out.append(payload);
  return out.take();
}

/// An answer that came in blocks may be longer than the wrapper has room for: its beginning.
Octets wrapped(std::uint16_t source, std::uint16_t destination, const Octets& apdu) {
  const auto shown =
      static_cast<std::ptrdiff_t>(std::min(apdu.size(), std::size_t{dlms::kMaxWrapperApdu}));
  return dlms::encode_wrapper({source, destination, {apdu.begin(), apdu.begin() + shown}});
}

}  // namespace

Octets Capture::head() {
  Octets out;
  ByteWriter section;
  section.u32(kByteOrderMagic);
  section.u16(1);  // version 1.0
  section.u16(0);
  section.u32(0xFFFFFFFF);  // a section of unknown length
  section.u32(0xFFFFFFFF);
  append_block(out, kSectionHeader, section.take());
  ByteWriter interface;
  interface.u16(kLinkTypeRaw);
  interface.u16(0);
  interface.u32(0);  // no limit to a packet
  append_block(out, kInterface, interface.take());
  return out;
}

void Capture::send(Octets& out, From from, const CapturedExchange& exchange, const Octets& message,
                   std::size_t left_out, std::string_view remark) {
  const std::uint16_t port = port_of(exchange.protocol);
  const bool asks = from == From::Gateway;
  auto& own = asks ? gateway_octets_ : meter_octets_;
  const auto& others = asks ? meter_octets_ : gateway_octets_;
  std::chrono::sys_time<std::chrono::microseconds> at = exchange.ended;
  if (asks) at -= exchange.length;
  const OctetView all{message};
  for (std::size_t begin = 0; begin < all.size(); begin += kLongestSegment) {
    const OctetView part = all.subspan(begin, std::min(kLongestSegment, all.size() - begin));
    const bool last = begin + part.size() == all.size();
    const std::size_t missing = last ? left_out : 0;
    const Segment segment{asks ? kGateway : kMeter,
                          asks ? kMeter : kGateway,
                          asks ? kGatewayPort : port,
                          asks ? port : kGatewayPort,
                          own,
                          others,
                          part.size() + missing};
    own += static_cast<std::uint32_t>(segment.octets);
    Octets packet = ip_header(segment);
    const Octets tcp = tcp_segment(segment, part);
    packet.insert(packet.end(), tcp.begin(), tcp.end());
    append_packet(out, at, packet, missing, begin == 0 ? remark : std::string_view{});
  }
}

Octets Capture::packets(const CapturedExchange& exchange) {
  Octets out;
  // What is hidden has its length in the message's header, as if it were there.
  const Octets request =
      exchange.hidden_octets > 0 ? Octets(exchange.hidden_octets) : exchange.request;
  Octets asked;
  Octets answered;
  const Octets answer = exchange.answer.value_or(Octets{});
  const auto unit = static_cast<std::uint8_t>(exchange.address);
  switch (exchange.protocol) {
    case CapturedExchange::Protocol::Modbus:
      ++transaction_;
      asked = modbus::encode_tcp({transaction_, unit, request});
      answered = modbus::encode_tcp({transaction_, unit, answer});
      break;
    case CapturedExchange::Protocol::Dlms:
      asked = wrapped(kClientPort, exchange.address, request);
      answered = wrapped(exchange.address, kClientPort, answer);
      break;
    case CapturedExchange::Protocol::Mqtt:
      asked = mqtt_publish(exchange.meter + "/request", request);
      answered = mqtt_publish(exchange.meter + "/response", answer);
      break;
  }
  const std::size_t hidden = std::min(exchange.hidden_octets, asked.size());
  asked.resize(asked.size() - hidden);
  send(out, From::Gateway, exchange, asked, hidden, exchange.remark);
  if (exchange.answer) send(out, From::Meter, exchange, answered, 0, {});
  return out;
}

}  // namespace metergate::cli
