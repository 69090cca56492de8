// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/dlms.hpp"

#include "gateway/cli/explain/dlms_apdu.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/hdlc/frame.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/hdlc/llc.hpp"
#include "protocols/hdlc/parameters.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

using hdlc::FrameType;

std::string frame_line(const hdlc::Frame& frame) {
  std::string out = "HDLC " + std::string{hdlc::frame_word(frame.control.type)} + " from " +
                    hdlc::text(frame.source) + " to " + hdlc::text(frame.destination);
  const FrameType type = frame.control.type;
  if (type == FrameType::I) out += ", N(S) " + std::to_string(frame.control.send);
  if (type == FrameType::I || type == FrameType::Rr || type == FrameType::Rnr ||
      type == FrameType::Rej) {
    out += ", N(R) " + std::to_string(frame.control.receive);
  }
  if (frame.control.poll_final) out += ", P/F";
  if (frame.segmented) out += ", more segments follow";
  return out;
}

void explain_parameters(Outline& out, OctetView information) {
  const auto parameters = hdlc::decode_parameters(information);
  if (!parameters) {
    out.line(1, "parameters cannot be read: " + hex::text(information));
    return;
  }
  out.line(1, "information transmit " + std::to_string(parameters->information_transmit) +
                  ", receive " + std::to_string(parameters->information_receive) + " octets");
  out.line(1, "window transmit " + std::to_string(parameters->window_transmit) + ", receive " +
                  std::to_string(parameters->window_receive));
}

/// Frames one after the other; the APDU stands behind its last segment.
void explain_frames(Outline& out, OctetView octets, const DlmsSecrets& secrets) {
  hdlc::Framer framer;
  Octets information;
  auto frames = framer.take(octets);
  for (hdlc::Frame& late : framer.line_fell_silent()) frames.push_back(std::move(late));
  for (const hdlc::Frame& frame : frames) {
    out.line(0, frame_line(frame));
    const FrameType type = frame.control.type;
    if (type == FrameType::Snrm || type == FrameType::Ua) {
      explain_parameters(out, frame.information);
      continue;
    }
    if (type == FrameType::Frmr) out.line(1, "rejected: " + hex::text(frame.information));
    if (type != FrameType::I && type != FrameType::Ui) continue;
    information.insert(information.end(), frame.information.begin(), frame.information.end());
    if (frame.segmented) {
      out.line(1, std::to_string(frame.information.size()) + " octets of a longer APDU");
      continue;
    }
    if (const auto apdu = hdlc::without_llc(information)) {
      explain_apdu(out, 1, *apdu, secrets);
    } else {
      out.line(1, "no LLC octets E6 E6 00 or E6 E7 00: " + hex::text(information));
    }
    information.clear();
  }
  const auto& counts = framer.counts();
  if (counts.dropped > 0) {
    out.line(0, std::to_string(counts.dropped) +
                    " times something began like a frame and did not hold: length, header or "
                    "frame check is wrong");
  }
  if (frames.empty() && counts.dropped == 0) out.line(0, "no HDLC frame in it");
}

bool is_wrapper(OctetView octets) {
  return octets.size() >= dlms::kWrapperOctets && octets[0] == 0 && octets[1] == 1;
}

void explain_wrapper(Outline& out, OctetView octets, const DlmsSecrets& secrets) {
  dlms::WrapperStream stream;
  for (const dlms::WrapperPdu& pdu : stream.take(octets)) {
    out.line(0, "wrapper from wPort " + std::to_string(pdu.source) + " to " +
                    std::to_string(pdu.destination) + ", " + std::to_string(pdu.apdu.size()) +
                    " octets");
    explain_apdu(out, 1, pdu.apdu, secrets);
  }
  if (stream.fault()) out.line(0, "what follows is no wrapper PDU of version 1");
  if (stream.within_pdu()) out.line(0, "the last PDU ends too early");
}

}  // namespace

std::string explain_dlms(OctetView octets, const DlmsSecrets& secrets) {
  Outline out;
  if (!octets.empty() && octets.front() == hdlc::kFlag) {
    explain_frames(out, octets, secrets);
  } else if (is_wrapper(octets)) {
    explain_wrapper(out, octets, secrets);
  } else {
    explain_apdu(out, 0, octets, secrets);
  }
  return out.text();
}

}  // namespace metergate::cli
