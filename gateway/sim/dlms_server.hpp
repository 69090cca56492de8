// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/sim/dlms_association.hpp"
#include "gateway/sim/dlms_services.hpp"

namespace metergate::sim {

/// The virtual meter's COSEM server on one connection: an APDU in, an APDU out. It knows no wire
/// and no clock; setup and counters outlive it.
class DlmsServer {
 public:
  DlmsServer(const DlmsSetup& setup, DlmsCounters& counters,
             DlmsAssociation::ChallengeMaker make_challenge);

  /// Nothing when the meter is without power, or the request wants no answer.
  [[nodiscard]] std::optional<Octets> serve(OctetView apdu, std::uint16_t client,
                                            virtual_meter::VirtualMeter& meter, UtcSeconds now);
  /// The connection under the association is gone.
  void link_lost();

  [[nodiscard]] DlmsAssociationState state() const { return association_.state(); }

 private:
  [[nodiscard]] Octets answer(OctetView apdu, std::uint16_t client,
                              virtual_meter::VirtualMeter& meter, UtcSeconds now);
  [[nodiscard]] Octets serve_ciphered(OctetView apdu, virtual_meter::VirtualMeter& meter,
                                      UtcSeconds now);
  [[nodiscard]] Octets serve_plain(OctetView apdu, virtual_meter::VirtualMeter& meter,
                                   UtcSeconds now);
  [[nodiscard]] dlms::Apdu reply_to_hls(const dlms::ActionRequest& request);

  const DlmsSetup& setup_;
  DlmsCounters& counters_;
  DlmsAssociation association_;
  DlmsServices services_;
};

}  // namespace metergate::sim
