// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::cli {

/// Whether octets begin like a message of IEC 62056-21: a slash, an ACK or STX, with or without
/// parity.
[[nodiscard]] bool begins_like_readout(OctetView octets);
/// As copied from a terminal, whose lines end in LF.
[[nodiscard]] Octets readout_octets(std::string_view text);

/// A readout, or one of the messages of a sign-on, line by line; the fault is a sentence.
[[nodiscard]] Result<std::string, std::string> explain_readout(OctetView octets);

}  // namespace metergate::cli
