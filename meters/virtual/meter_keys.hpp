// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/sts/meter_pan.hpp"
#include "protocols/sts/token_process.hpp"
#include "protocols/utrn/utrn_mac.hpp"

namespace metergate::virtual_meter {

/// What a meter needs to judge UTRNs: who its supplier is, and the secret of its device key and the
/// supplier's prepayment key.
struct UtrnKeys {
  utrn::Parties parties;
  crypto::SecretOctets secret;
};

/// What makes a meter's decision on codes a real one. A virtual meter that has keys goes by them
/// and by nothing else; there is no setting that would let it fall back to the open rule.
struct MeterKeys {
  sts::MeterPan pan;
  /// How its key was made: not the meter's business, but of those who vend for it.
  sts::KeyGeneration generation = sts::KeyGeneration::Dkga04;
  sts::BaseDate base_date = sts::BaseDate::Y2014;
  sts::MeterKey decoder;
  UtrnKeys utrn;
};

}  // namespace metergate::virtual_meter
