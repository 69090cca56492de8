// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "gateway/keys/key_fault.hpp"
#include "gateway/keys/vending_key_record.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/decoder_key.hpp"
#include "protocols/sts/sta.hpp"

namespace metergate::keys {

struct StoredKey {
  VendingKeyRecord record;
  sts::VendingKey key;
};

/// What an encrypted key file holds.
struct KeyRing {
  std::vector<StoredKey> keys;
  std::optional<sts::StaTables> tables;

  [[nodiscard]] StoredKey* find(const VendingKeyName& name);
};

/// Octets that hold keys in the clear, wiped when dropped. They are made in one piece, so that no
/// copy stays behind where a vector grew.
class ClearOctets {
 public:
  explicit ClearOctets(Octets octets) : octets_{std::move(octets)} {}
  ClearOctets(ClearOctets&& other) noexcept : octets_{std::move(other.octets_)} {}
  ClearOctets& operator=(ClearOctets&&) = delete;
  ClearOctets(const ClearOctets&) = delete;
  ClearOctets& operator=(const ClearOctets&) = delete;
  ~ClearOctets();

  [[nodiscard]] OctetView view() const { return octets_; }

 private:
  Octets octets_;
};

/// The ring as octets (version 1): version 1; count 2; for each key SGC 4, KT 1, KRN 1, base date
/// 1, DKGA 1, KEN 1, algorithms 2, length 1, octets; then tables 1 (0 or 1) and, with them, S1 16,
/// S2 16, P 64. Numbers big endian.
[[nodiscard]] ClearOctets encode_ring(const KeyRing& ring);

/// Fault Damaged, naming the field. Takes octets from anywhere: whoever knows the passphrase could
/// have written them.
[[nodiscard]] Result<KeyRing, KeyFault> decode_ring(OctetView octets);

}  // namespace metergate::keys
