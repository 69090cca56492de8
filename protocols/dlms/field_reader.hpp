// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/cosem/obis_code.hpp"
#include "protocols/dlms/data_codec.hpp"

namespace metergate::dlms {

/// Reads the fields of an APDU one after the other. The first fault stays, everything read after it
/// is empty, so a decoder may read a whole APDU and judge once, at `end`.
class FieldReader {
 public:
  explicit FieldReader(OctetView octets, const DataLimits& limits = {})
      : in_{octets}, limits_{limits} {}

  std::uint8_t u8() { return number(&ByteReader::u8); }
  std::uint16_t u16() { return number(&ByteReader::u16); }
  std::uint32_t u32() { return number(&ByteReader::u32); }
  std::int8_t i8() { return static_cast<std::int8_t>(u8()); }
  /// BOOLEAN, and the presence octet of an OPTIONAL field.
  bool flag() { return u8() != 0; }
  /// An octet string with its length.
  Octets octets();
  Data data();
  cosem::ObisCode obis();
  /// The count of a SEQUENCE OF whose elements have at least `least` octets each.
  std::size_t count(std::size_t least);
  /// 0 or 1: which of two a CHOICE is.
  bool second_of_two();

  [[nodiscard]] std::size_t rest() const { return fault_ ? 0 : in_.rest(); }
  [[nodiscard]] bool ok() const { return !fault_; }
  /// At what is read next, or so many octets before it.
  void fail(DecodeFault::Reason reason, std::size_t octets_back = 0);

  /// What was read, unless there was a fault or octets are left.
  template <typename Value>
  Result<Value, DecodeFault> end(Value value) {
    if (!fault_ && in_.rest() > 0) fail(DecodeFault::Reason::Trailing);
    if (fault_) return failure(*fault_);
    return value;
  }

 private:
  template <typename Number>
  Number number(Number (ByteReader::*read)()) {
    if (fault_) return 0;
    const Number value = (in_.*read)();
    if (!in_.ok()) fail(DecodeFault::Reason::Truncated);
    return fault_ ? Number{0} : value;
  }

  ByteReader in_;
  DataLimits limits_;
  std::optional<DecodeFault> fault_;
};

}  // namespace metergate::dlms
