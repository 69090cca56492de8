// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

namespace metergate::sts {

/// The key in a meter: 8 octets for EA 07 and 09, 16 for EA 11. Cannot be printed; wiped when
/// dropped.
class DecoderKey {
 public:
  [[nodiscard]] static Result<DecoderKey, FieldFault> of(crypto::SecretOctets octets) {
    if (octets.size() != 8 && octets.size() != 16) {
      return failure(FieldFault{"decoder key", std::to_string(octets.size()) + " octets",
                                "8 octets (EA 07, 09) or 16 (EA 11)"});
    }
    return DecoderKey{std::move(octets)};
  }
  [[nodiscard]] OctetView view() const { return octets_.view(); }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  friend bool operator==(const DecoderKey&, const DecoderKey&) = default;

 private:
  explicit DecoderKey(crypto::SecretOctets octets) : octets_{std::move(octets)} {}
  crypto::SecretOctets octets_;
};

/// The key of a supply group: 8 octets for DKGA02, 20 for DKGA04.
class VendingKey {
 public:
  [[nodiscard]] static Result<VendingKey, FieldFault> of(crypto::SecretOctets octets) {
    if (octets.size() != 8 && octets.size() != 20) {
      return failure(FieldFault{"vending key", std::to_string(octets.size()) + " octets",
                                "8 octets (DKGA02) or 20 (DKGA04)"});
    }
    return VendingKey{std::move(octets)};
  }
  [[nodiscard]] OctetView view() const { return octets_.view(); }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  friend bool operator==(const VendingKey&, const VendingKey&) = default;

 private:
  explicit VendingKey(crypto::SecretOctets octets) : octets_{std::move(octets)} {}
  crypto::SecretOctets octets_;
};

}  // namespace metergate::sts
