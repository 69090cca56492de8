// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gateway/sim/dlms/meter.hpp"
#include "protocols/hdlc/server_link.hpp"

namespace metergate::sim {

/// One meter's end of an HDLC line: its link and what is associated over it. It knows no wire.
class DlmsStation {
 public:
  DlmsStation(DlmsMeter& meter, const hdlc::LinkParameters& offer)
      : meter_{meter}, offer_{offer}, server_{meter.connect()} {}

  /// The frames to send for one that came for this meter.
  [[nodiscard]] std::vector<hdlc::Frame> received(const hdlc::Frame& frame, hdlc::Instant now);
  [[nodiscard]] std::vector<hdlc::Frame> time_passed(hdlc::Instant now);
  /// The frames of the next push that was ordered, to the management client, which answers none.
  [[nodiscard]] std::vector<hdlc::Frame> pushed(std::uint16_t physical);
  [[nodiscard]] std::optional<hdlc::Instant> deadline() const;
  [[nodiscard]] bool is_linked() const {
    return link_ && link_->state() != hdlc::ServerState::Disconnected;
  }
  [[nodiscard]] WireFaults& faults() { return meter_.faults(); }

 private:
  [[nodiscard]] std::vector<hdlc::Frame> perform(hdlc::LinkEffects effects, hdlc::Instant now);

  DlmsMeter& meter_;
  hdlc::LinkParameters offer_;
  std::unique_ptr<DlmsServer> server_;
  std::optional<hdlc::ServerLink> link_;
  std::optional<hdlc::Address> called_;  ///< as the client opened the link last
};

}  // namespace metergate::sim
