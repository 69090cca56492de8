// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocols/dlms/acse/acse_fault.hpp"
#include "protocols/octets/byte_writer.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms::ber {

/// One element of the basic encoding rules (ITU-T X.690), as far as association control needs them:
/// tags of one octet, definite lengths.
struct Element {
  std::uint8_t tag = 0;
  OctetView contents{};
  std::size_t offset = 0;           ///< of the tag
  std::size_t contents_offset = 0;  ///< both counted from the APDU's first octet
};

/// Takes elements one after the other from the contents of a constructed one.
class Reader {
 public:
  explicit Reader(OctetView octets, std::size_t offset = 0) : octets_{octets}, offset_{offset} {}
  explicit Reader(const Element& outer) : Reader{outer.contents, outer.contents_offset} {}

  [[nodiscard]] bool at_end() const { return at_ == octets_.size(); }
  [[nodiscard]] std::size_t offset() const { return offset_ + at_; }
  [[nodiscard]] Result<Element, AcseFault> next();

 private:
  OctetView octets_{};
  std::size_t offset_;
  std::size_t at_ = 0;
};

/// The only element of `outer`, with this tag.
[[nodiscard]] Result<Element, AcseFault> only_child(const Element& outer, std::uint8_t tag,
                                                    std::string_view field,
                                                    std::string_view expected);

/// An INTEGER of one octet inside `outer`: `02 01 n`.
[[nodiscard]] Result<std::uint8_t, AcseFault> small_integer(const Element& outer,
                                                            std::string_view field);

void write_length(ByteWriter& out, std::size_t length);
void write(ByteWriter& out, std::uint8_t tag, OctetView contents);

}  // namespace metergate::dlms::ber
