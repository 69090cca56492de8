// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms_station.hpp"

#include "protocols/overloaded.hpp"

namespace metergate::sim {

std::vector<hdlc::Frame> DlmsStation::received(const hdlc::Frame& frame, hdlc::Instant now) {
  // A client may write the address in two or in four octets: it is answered in the form it opened
  // the link with.
  if (!link_ || frame.control.type == hdlc::FrameType::Snrm) {
    link_.emplace(hdlc::ServerSettings{.server = frame.destination, .offer = offer_});
  }
  return perform(link_->received(frame, now), now);
}

std::vector<hdlc::Frame> DlmsStation::time_passed(hdlc::Instant now) {
  if (!link_) return {};
  return perform(link_->time_passed(now), now);
}

std::optional<hdlc::Instant> DlmsStation::deadline() const {
  return link_ ? link_->deadline() : std::nullopt;
}

std::vector<hdlc::Frame> DlmsStation::perform(hdlc::LinkEffects effects, hdlc::Instant now) {
  std::vector<hdlc::Frame> out;
  for (hdlc::LinkEffect& effect : effects) {
    std::visit(Overloaded{
                   [&](hdlc::Transmit& transmit) { out.push_back(std::move(transmit.frame)); },
                   [&](const hdlc::LinkUp&) { server_->link_lost(); },
                   [&](const hdlc::LinkDown&) { server_->link_lost(); },
                   [&](const hdlc::ApduReceived& request) {
                     const auto answer =
                         meter_.serve(*server_, request.apdu, link_->client().upper);
                     if (!answer) return;
                     for (hdlc::Frame& frame : perform(link_->answer(*answer, now), now)) {
                       out.push_back(std::move(frame));
                     }
                   },
                   [](const auto&) {},
               },
               effect);
  }
  return out;
}

}  // namespace metergate::sim
