// SPDX-License-Identifier: Apache-2.0
// Codes keyed at a SMETS2 meter and at one of Secure's own family: read or refused, and what is
// read makes the same digits again; none is credited without a MAC that holds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocols/utrn/secure_code.hpp"
#include "protocols/utrn/utrn.hpp"
#include "protocols/utrn/utrn_process.hpp"

namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_utrn(const TokenDigits& digits) {
  const auto family = utrn::digit_family(digits);
  require(!utrn::digit_family_word(family).empty());
  const auto ptut = utrn::decode_utrn(digits);
  if (ptut) require(utrn::encode_utrn(*ptut).value() == digits);

  const crypto::SecretOctets secret{Octets(32, 0x17)};
  const utrn::Parties parties{utrn::Eui64{1}, utrn::Eui64{2}};
  utrn::UtrnProcess meter{secret, parties, utrn::CounterCache{}};
  const auto result = meter.process(digits, utrn::Keyed{},
                                    [](std::uint32_t) { return utrn::UtrnResult::Accepted; });
  if (result == utrn::UtrnResult::Accepted) {
    require(ptut && utrn::utrn_is_authentic(secret, parties,
                                            utrn::UtrnCounter{ptut->truncated_counter}, *ptut));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto digits = TokenDigits::parse(text)) try_utrn(*digits);
  if (const auto code = utrn::SecureCode::parse(text)) {
    require(utrn::SecureCode::parse(code->reveal_grouped()).value() == *code);
  }
  if (const auto eui = utrn::Eui64::parse(text)) {
    require(utrn::Eui64::parse(eui->text()).value() == *eui);
  }
  // Once more with a check digit that holds.
  if (size < 8) return 0;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < 8; ++at) number = (number << 8U) | data[at];
  const utrn::Ptut ptut{.sub_class = 0,
                        .truncated_counter = static_cast<std::uint16_t>((number >> 47U) & 0x3FFU),
                        .top_up = {static_cast<utrn::ValueClass>((number >> 45U) & 3U),
                                   static_cast<std::uint16_t>((number >> 32U) & 0x1FFFU)},
                        .mac = static_cast<std::uint32_t>(number)};
  try_utrn(utrn::encode_utrn(ptut).value());
  return 0;
}
