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
#include "protocols/utrn/eui64.hpp"

namespace metergate::keys {

struct StoredKey {
  VendingKeyRecord record;
  sts::VendingKey key;
};

/// A supplier's prepayment key-agreement key, P-256: it makes UTRNs for every meter that knows its
/// public half (GBCS 14.8).
struct SupplierKey {
  static constexpr std::size_t kOctets = 32;

  utrn::Eui64 supplier;
  crypto::SecretOctets key;
};

/// What an encrypted key file holds.
struct KeyRing {
  std::vector<StoredKey> keys;
  std::optional<sts::StaTables> tables;
  std::vector<SupplierKey> suppliers;

  [[nodiscard]] StoredKey* find(const VendingKeyName& name);
  [[nodiscard]] const SupplierKey* find(utrn::Eui64 supplier) const;
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

/// The ring as octets: version 1 (2 where there are suppliers); count 2; for each key SGC 4, KT 1,
/// KRN 1, base date 1, DKGA 1, KEN 1, algorithms 2, length 1, octets; then tables 1 (0 or 1) and,
/// with them, S1 16, S2 16, P 64; then, in version 2, count 2 and for each supplier its EUI-64 and
/// 32 octets. Numbers big endian.
[[nodiscard]] ClearOctets encode_ring(const KeyRing& ring);

/// Fault Damaged, naming the field. Takes octets from anywhere: whoever knows the passphrase could
/// have written them.
[[nodiscard]] Result<KeyRing, KeyFault> decode_ring(OctetView octets);

}  // namespace metergate::keys
