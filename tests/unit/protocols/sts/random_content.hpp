// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include "protocols/sts/token_cipher.hpp"
#include "protocols/sts/token_content.hpp"
#include "protocols/sts/token_crc.hpp"

/// Contents over the whole range of every field, for the laws of tests.
namespace metergate::sts {

template <typename T>
rc::Gen<T> any_bits(unsigned bits) {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                      [mask](std::uint64_t any) { return static_cast<T>(any & mask); });
}

inline rc::Gen<TokenIdentifier> any_tid() {
  return rc::gen::map(any_bits<std::uint32_t>(24), &TokenIdentifier::from_minutes);
}

inline rc::Gen<TokenContent> any_content() {
  return rc::gen::exec([]() -> TokenContent {
    const auto bits = [](unsigned count) { return *any_bits<std::uint64_t>(count); };
    const auto byte = [&](unsigned count) { return static_cast<std::uint8_t>(bits(count)); };
    const auto half = [&](unsigned count) { return static_cast<std::uint16_t>(bits(count)); };
    const auto word = [&] { return KeyWord{static_cast<std::uint32_t>(bits(32))}; };
    const auto commodity = static_cast<Commodity>(bits(2));
    switch (*rc::gen::inRange(0, 11)) {
      case 0:
        return UnitCredit{commodity, byte(4), *any_tid(), TransferAmount::from_code(half(16))};
      case 1:
        return CurrencyCredit{commodity, *any_tid(),
                              CurrencyAmount::from_code(static_cast<std::uint32_t>(bits(20)))};
      case 2:
        return InitiateMeterTest{ManufacturerForm::TwoDigits, bits(36), byte(8)};
      case 3:
        return InitiateMeterTest{ManufacturerForm::FourDigits, bits(28), half(16)};
      case 4:
        return ExtendedRead{bits(36), byte(8)};
      case 5: {
        const auto subclass = *rc::gen::element(0, 1, 2, 5, 6, 7, 10);
        return ManagementToken{static_cast<Management>(subclass), byte(4), *any_tid(), half(16)};
      }
      case 6:
        return SetFirstSectionDecoderKey{byte(4),      byte(4), bits(1) != 0,
                                         bits(1) != 0, byte(2), word()};
      case 7:
        return SetSecondSectionDecoderKey{byte(4), byte(8), word()};
      case 8:
        return SetThirdSectionDecoderKey{half(12), word()};
      case 9:
        return SetFourthSectionDecoderKey{half(12), word()};
      default:
        break;
    }
    const auto token_class = static_cast<TokenClass>(bits(2));
    const std::uint8_t first = token_class == TokenClass::Credit       ? 8
                               : token_class == TokenClass::Test       ? 3
                               : token_class == TokenClass::Management ? 11
                                                                       : 0;
    return OtherToken{token_class, *rc::gen::inRange<std::uint8_t>(first, 16), bits(44)};
  });
}

inline rc::Gen<TokenCipher> any_cipher() {
  return rc::gen::exec([] {
    using enum EncryptionAlgorithm;
    const auto algorithm = *rc::gen::element(Sta, Dea, Misty1);
    const auto octets =
        *rc::gen::container<Octets>(key_octets(algorithm), rc::gen::arbitrary<std::uint8_t>());
    const auto key = DecoderKey::of(crypto::SecretOctets{octets}).value();
    return TokenCipher::of(algorithm, key).value();
  });
}

}  // namespace metergate::sts
