// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/station.hpp"

#include <algorithm>

#include "protocols/hdlc/llc.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::sim {

std::vector<hdlc::Frame> DlmsStation::received(const hdlc::Frame& frame, hdlc::Instant now) {
  // A client may write the address in two or in four octets: it is answered in the form it opened
  // the link with.
  if (!link_ || frame.control.type == hdlc::FrameType::Snrm) {
    called_ = frame.destination;
    link_.emplace(hdlc::ServerSettings{.server = frame.destination, .offer = offer_});
  }
  return perform(link_->received(frame, now), now);
}

std::vector<hdlc::Frame> DlmsStation::pushed(std::uint16_t physical) {
  const auto apdu = meter_.ordered_push();
  if (!apdu) return {};
  Octets information(hdlc::kLlcToClient.begin(), hdlc::kLlcToClient.end());
  information.insert(information.end(), apdu->begin(), apdu->end());
  const std::uint8_t octets = physical < 128 ? 2 : 4;
  const hdlc::Address own{hdlc::kManagementLogicalDevice, physical, octets};
  const std::size_t most = std::max<std::size_t>(offer_.information_transmit, 1);
  std::vector<hdlc::Frame> out;
  for (OctetView rest = information; !rest.empty();) {
    const OctetView part = rest.first(std::min(most, rest.size()));
    rest = rest.subspan(part.size());
    out.push_back({hdlc::client_address(meter_.setup().clients.back().number),
                   called_.value_or(own),
                   {hdlc::FrameType::Ui, false, 0, 0},
                   !rest.empty(),
                   {part.begin(), part.end()}});
  }
  return out;
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
