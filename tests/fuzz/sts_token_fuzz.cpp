// SPDX-License-Identifier: Apache-2.0
// Digits as an engineer pastes them: whatever comes in is read or refused, and what is read makes
// the same digits again. The meter's side decides on them too, under a key change in the middle.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocols/sts/token_codec.hpp"
#include "protocols/sts/token_crc.hpp"
#include "protocols/sts/token_process.hpp"

namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

sts::TokenCipher cipher(sts::EncryptionAlgorithm algorithm) {
  const Octets key(sts::key_octets(algorithm), 0x5A);
  return sts::TokenCipher::of(algorithm, sts::DecoderKey::of(crypto::SecretOctets{key}).value())
      .value();
}

void try_digits(const TokenDigits& digits, sts::EncryptionAlgorithm algorithm) {
  const auto bits = sts::token_bits(digits);
  if (!bits) return;
  require(sts::token_digits(*bits) == digits);
  const sts::TokenCipher key = cipher(algorithm);
  if (const auto content = sts::decode_token(*bits, key)) {
    require(sts::encode_block(*content).value() == sts::clear_block(*bits, key));
  }
}

/// The octets as the clear block of a token whose check sum holds, since chance seldom hits one.
void try_process(OctetView octets, sts::EncryptionAlgorithm algorithm) {
  const sts::TokenCipher key = cipher(algorithm);
  sts::TokenProcess meter{
      sts::MeterKey{.cipher = key}, sts::TidStore{sts::TokenIdentifier::from_minutes(1)}, {}};
  UtcSeconds now{};
  for (; octets.size() >= 7; octets = octets.subspan(7)) {
    std::uint64_t data48 = 0;
    for (const std::uint8_t octet : octets.first(6)) data48 = (data48 << 8U) | octet;
    const auto kind = static_cast<sts::TokenClass>(octets[6] & 3U);
    const std::uint64_t block = (data48 << 16U) | sts::data_crc(kind, data48);
    const bool hidden = kind == sts::TokenClass::Credit || kind == sts::TokenClass::Management;
    const auto digits =
        sts::token_digits(sts::insert_class(kind, hidden ? key.encrypt(block) : block));
    now += std::chrono::seconds{octets[6]};
    const auto result = meter.process(
        digits, now, [](const sts::TokenContent&) { return sts::TokenResult::Accept; });
    require(!sts::token_result_word(result).empty());
    require(meter.tids().slots().size() == sts::TidStore::kUsualSlots);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  using enum sts::EncryptionAlgorithm;
  for (const auto algorithm : {Sta, Dea, Misty1}) {
    if (const auto digits = TokenDigits::parse(text)) try_digits(*digits, algorithm);
    try_process({data, size}, algorithm);
  }
  return 0;
}
