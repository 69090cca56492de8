// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/sim/dlms/association.hpp"
#include "gateway/sim/dlms/services.hpp"
#include "protocols/dlms/general_block_transfer.hpp"

namespace metergate::sim {

/// The virtual meter's COSEM server on one connection: an APDU in, an APDU out. It knows no wire
/// and no clock; setup and counters outlive it.
class DlmsServer {
 public:
  DlmsServer(const DlmsSetup& setup, DlmsCounters& counters,
             DlmsAssociation::ChallengeMaker make_challenge);

  /// General blocks taken at a time. What goes out goes one by one: an APDU in, an APDU out.
  static constexpr std::uint8_t kBlockWindow = 4;

  /// Nothing when the meter is without power, or the request wants no answer.
  [[nodiscard]] std::optional<Octets> serve(OctetView apdu, std::uint16_t client,
                                            virtual_meter::VirtualMeter& meter, UtcSeconds now);
  /// The connection under the association is gone.
  void link_lost();

  [[nodiscard]] DlmsAssociationState state() const { return association_.state(); }

 private:
  [[nodiscard]] bool has_general_blocks();
  [[nodiscard]] std::optional<Octets> serve_block(OctetView apdu, std::uint16_t client,
                                                  virtual_meter::VirtualMeter& meter,
                                                  UtcSeconds now);
  /// The first of the blocks of an answer.
  [[nodiscard]] Octets in_blocks(OctetView answer);
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
  std::uint32_t boots_ = 0;  ///< of the meter, when it was last spoken to
  dlms::GeneralBlockTransfer blocks_{{.side = dlms::GeneralBlockTransfer::Side::Server,
                                      .max_octets = DlmsServices::kMostRequestOctets,
                                      .receive_window = kBlockWindow}};
};

}  // namespace metergate::sim
