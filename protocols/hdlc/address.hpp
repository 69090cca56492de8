// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::hdlc {

/// A station of IEC 62056-46, 6.4.2: a client, or a server's logical device (upper) in a physical
/// one (lower). Seven bits an octet, the last one marked. A client always has one octet; a server
/// one (upper alone), two (7 + 7 bits) or four (14 + 14 bits).
struct Address {
  std::uint16_t upper = 0;
  std::uint16_t lower = 0;
  std::uint8_t octets = 1;  ///< 1, 2 or 4; three occur as well and are read as 7 + 14 bits

  friend constexpr bool operator==(const Address&, const Address&) = default;
};

inline constexpr std::uint16_t kPublicClient = 16;
inline constexpr std::uint16_t kManagementLogicalDevice = 1;

[[nodiscard]] constexpr Address client_address(std::uint16_t number) { return {number, 0, 1}; }

/// Whether the numbers fit into that many octets.
[[nodiscard]] bool fits(const Address& address);
/// `1`, `1/17`: what a person calls it.
[[nodiscard]] std::string text(const Address& address);

/// The address must fit.
void write_address(ByteWriter& out, const Address& address);
/// Nothing when no octet of the next four is marked as the last.
[[nodiscard]] std::optional<Address> read_address(ByteReader& in);

}  // namespace metergate::hdlc
