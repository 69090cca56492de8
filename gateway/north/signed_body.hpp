// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "gateway/north/canonical_json.hpp"
#include "meters/command_proof.hpp"
#include "meters/outcome.hpp"
#include "protocols/result.hpp"

/// Signed commands: which octets are signed, and where the signatures stand (docs/security.md).
namespace metergate::north {

inline constexpr std::string_view kSignature = "signature";
inline constexpr std::string_view kApproval = "approval";

/// Where a command goes: a signature for one meter is none for another.
struct CommandPlace {
  std::string site;
  std::string meter;
  std::string verb;
};

/// `metergate-command-v1`, site, verb and meter, each with a line feed behind it, then the body in
/// canonical form without `signature` and `approval`.
[[nodiscard]] Result<std::string, CanonicalFault> signed_octets(const CommandPlace& place,
                                                                const boost::json::object& body);

/// What the body says about who asks. Refused: a signature that is no 128 hex digits, an approval
/// that is no object of `operator` and `signature`, a number that cannot be signed.
[[nodiscard]] Result<CommandProof, Refusal> read_proof(const CommandPlace& place,
                                                       const boost::json::object& body);

}  // namespace metergate::north
