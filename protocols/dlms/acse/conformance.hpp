// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace metergate::dlms {

/// What an association may use, by number of the bit; bit 0 is the first on the wire
/// (IEC 62056-5-3, 7.3.1).
enum class Service : std::uint8_t {
  GeneralProtection = 1,
  GeneralBlockTransfer = 2,
  Read = 3,
  Write = 4,
  UnconfirmedWrite = 5,
  DeltaValueEncoding = 6,
  AttributeZeroWithSet = 8,
  PriorityManagement = 9,
  AttributeZeroWithGet = 10,
  BlockTransferWithGet = 11,
  BlockTransferWithSet = 12,
  BlockTransferWithAction = 13,
  MultipleReferences = 14,
  InformationReport = 15,
  DataNotification = 16,
  Access = 17,
  ParameterizedAccess = 18,
  Get = 19,
  Set = 20,
  SelectiveAccess = 21,
  EventNotification = 22,
  Action = 23,
};

/// The 24 bits of a conformance block.
class Conformance {
 public:
  static constexpr std::uint32_t kMask = 0xFFFFFFU;

  constexpr Conformance() = default;
  constexpr explicit Conformance(std::uint32_t bits) : bits_{bits & kMask} {}
  constexpr Conformance(std::initializer_list<Service> services) {
    for (const Service service : services) bits_ |= mask(service);
  }

  [[nodiscard]] constexpr bool has(Service service) const { return (bits_ & mask(service)) != 0; }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  /// What both sides can do: the server answers with this.
  friend constexpr Conformance operator&(Conformance a, Conformance b) {
    return Conformance{a.bits_ & b.bits_};
  }
  friend constexpr bool operator==(Conformance, Conformance) = default;

 private:
  static constexpr std::uint32_t mask(Service service) {
    return std::uint32_t{1} << (23U - static_cast<std::uint32_t>(service));
  }
  std::uint32_t bits_ = 0;
};

/// `block-transfer-with-get`; empty for a number that names no service.
[[nodiscard]] constexpr std::string_view service_word(std::uint8_t bit) {
  constexpr std::string_view kWords[] = {"",
                                         "general-protection",
                                         "general-block-transfer",
                                         "read",
                                         "write",
                                         "unconfirmed-write",
                                         "delta-value-encoding",
                                         "",
                                         "attribute0-supported-with-set",
                                         "priority-mgmt-supported",
                                         "attribute0-supported-with-get",
                                         "block-transfer-with-get-or-read",
                                         "block-transfer-with-set-or-write",
                                         "block-transfer-with-action",
                                         "multiple-references",
                                         "information-report",
                                         "data-notification",
                                         "access",
                                         "parameterized-access",
                                         "get",
                                         "set",
                                         "selective-access",
                                         "event-notification",
                                         "action"};
  return bit < 24 ? kWords[bit] : std::string_view{};
}

}  // namespace metergate::dlms
