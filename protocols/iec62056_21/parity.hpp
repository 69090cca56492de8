// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/iec62056_21/fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// The characters of IEC 62056-21 have seven bits and even parity (5.1.2). On the wire that is what
/// eight bits without parity are, with the parity in the eighth. So ports are opened 8N1 and the
/// parity is worked out here: a pseudo-terminal keeps no other format, HDLC after an opening in
/// mode E needs 8N1 anyway, and a fault has a place.
namespace metergate::iec62056_21 {

[[nodiscard]] Octets with_parity(OctetView characters);
/// The characters; the fault is at the first octet with odd parity.
[[nodiscard]] Result<Octets, Fault> without_parity(OctetView octets);

}  // namespace metergate::iec62056_21
