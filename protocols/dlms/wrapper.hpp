// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/octets/octets.hpp"

/// The wrapper for TCP and UDP (IEC 62056-47, 5.3): eight octets before each APDU.
namespace metergate::dlms {

inline constexpr std::size_t kWrapperOctets = 8;
inline constexpr std::uint16_t kRegisteredPort = 4059;
inline constexpr std::size_t kMaxWrapperApdu = 0xFFFF;

struct WrapperPdu {
  std::uint16_t source = 0;  ///< client or logical device; answers swap the two
  std::uint16_t destination = 0;
  Octets apdu;
  friend bool operator==(const WrapperPdu&, const WrapperPdu&) = default;
};

/// The APDU must not be longer than kMaxWrapperApdu.
[[nodiscard]] Octets encode_wrapper(const WrapperPdu& pdu);

/// Puts PDUs together from a TCP stream, whose octets come in any portions. After a fault the
/// stream has lost its place: close the connection.
class WrapperStream {
 public:
  enum class Fault : std::uint8_t { Version, TooLong };

  explicit WrapperStream(std::size_t max_apdu_octets = kMaxWrapperApdu)
      : max_apdu_octets_{max_apdu_octets} {}

  /// PDUs completed by these octets, in order. Keeps at most one PDU; nothing is taken after a
  /// fault.
  [[nodiscard]] std::vector<WrapperPdu> take(OctetView octets);
  [[nodiscard]] std::optional<Fault> fault() const { return fault_; }
  [[nodiscard]] bool within_pdu() const { return !kept_.empty(); }

 private:
  std::size_t wanted();

  std::size_t max_apdu_octets_;
  Octets kept_;
  std::optional<Fault> fault_;
};

}  // namespace metergate::dlms
