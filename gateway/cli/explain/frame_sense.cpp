// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/frame_sense.hpp"

#include <algorithm>

#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/hdlc/frame.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/hdlc/llc.hpp"
#include "protocols/hdlc/parameters.hpp"

namespace metergate::cli {
namespace {

bool is_sound_apdu(OctetView apdu) {
  if (apdu.empty()) return false;
  constexpr auto kRlrq = static_cast<std::uint8_t>(dlms::Release::Kind::Request);
  constexpr auto kRlre = static_cast<std::uint8_t>(dlms::Release::Kind::Response);
  switch (apdu.front()) {
    case dlms::Aarq::kTag:
      return dlms::Aarq::decode(apdu).has_value();
    case dlms::Aare::kTag:
      return dlms::Aare::decode(apdu).has_value();
    case kRlrq:
    case kRlre:
      return dlms::Release::decode(apdu).has_value();
    case 0x01:
      return dlms::InitiateRequest::decode(apdu).has_value();
    case 0x08:
      return dlms::InitiateResponse::decode(apdu).has_value();
    default:
      return dlms::is_ciphered_tag(apdu.front()) ? dlms::CipheredApdu::parse(apdu).has_value()
                                                 : dlms::decode_apdu(apdu).has_value();
  }
}

bool are_sound_frames(OctetView octets) {
  hdlc::Framer framer;
  auto frames = framer.take(octets);
  for (hdlc::Frame& late : framer.line_fell_silent()) frames.push_back(std::move(late));
  if (frames.empty() || framer.counts().dropped > 0) return false;
  Octets information;
  for (const hdlc::Frame& frame : frames) {
    const hdlc::FrameType type = frame.control.type;
    if (type == hdlc::FrameType::Snrm || type == hdlc::FrameType::Ua) {
      if (!hdlc::decode_parameters(frame.information)) return false;
    }
    if (type != hdlc::FrameType::I && type != hdlc::FrameType::Ui) continue;
    information.insert(information.end(), frame.information.begin(), frame.information.end());
    if (frame.segmented) continue;
    const auto apdu = hdlc::without_llc(information);
    if (!apdu || !is_sound_apdu(*apdu)) return false;
    information.clear();
  }
  return true;
}

bool are_sound_pdus(OctetView octets) {
  dlms::WrapperStream stream;
  const auto pdus = stream.take(octets);
  return !pdus.empty() && !stream.fault() && !stream.within_pdu() &&
         std::ranges::all_of(pdus,
                             [](const dlms::WrapperPdu& pdu) { return is_sound_apdu(pdu.apdu); });
}

}  // namespace

bool is_sound_dlms(OctetView octets) {
  if (octets.empty()) return false;
  if (octets.front() == hdlc::kFlag) return are_sound_frames(octets);
  const bool is_wrapper = octets.size() >= dlms::kWrapperOctets && octets[0] == 0 && octets[1] == 1;
  return is_wrapper ? are_sound_pdus(octets) : is_sound_apdu(octets);
}

}  // namespace metergate::cli
