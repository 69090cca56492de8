// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/key_ring.hpp"

#include <algorithm>

#include "protocols/octets/byte_reader.hpp"

namespace metergate::keys {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kVersionWithSuppliers = 2;  // a program of before says so, and stops
constexpr std::size_t kRecordOctets = 12;          // without the key
constexpr std::size_t kTableOctets = 16 + 16 + 64;
constexpr std::size_t kSupplierOctets = 8 + SupplierKey::kOctets;
constexpr std::size_t kMostKeys = 0xFFFF;

constexpr sts::EncryptionAlgorithm kAlgorithms[] = {
    sts::EncryptionAlgorithm::Sta, sts::EncryptionAlgorithm::Dea, sts::EncryptionAlgorithm::Misty1};

KeyFault damaged(std::string_view what) {
  return {KeyFault::Reason::Damaged, "the key file holds " + std::string{what}};
}

/// Appends to octets that have been reserved for the whole.
class Writer {
 public:
  explicit Writer(std::size_t octets) { octets_.reserve(octets); }
  void number(std::uint32_t value, unsigned octets) {
    for (unsigned shift = 8 * octets; shift > 0;) {
      shift -= 8;
      octets_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void append(OctetView octets) { octets_.insert(octets_.end(), octets.begin(), octets.end()); }
  [[nodiscard]] ClearOctets take() { return ClearOctets{std::move(octets_)}; }

 private:
  Octets octets_;
};

std::uint32_t algorithm_bits(const AlgorithmSet& set) {
  std::uint32_t bits = 0;
  for (const auto one : kAlgorithms) {
    if (set.contains(one)) bits |= 1U << static_cast<unsigned>(one);
  }
  return bits;
}

std::optional<AlgorithmSet> algorithms_of(std::uint32_t bits) {
  AlgorithmSet set;
  for (const auto one : kAlgorithms) {
    if ((bits & (1U << static_cast<unsigned>(one))) != 0) set.add(one);
  }
  if (set.empty() || algorithm_bits(set) != bits) return std::nullopt;
  return set;
}

std::optional<sts::KeyGeneration> generation_of(std::uint8_t code) {
  if (code == 2) return sts::KeyGeneration::Dkga02;
  if (code == 4) return sts::KeyGeneration::Dkga04;
  return std::nullopt;
}

std::optional<sts::BaseDate> base_date_of(std::uint8_t code) {
  for (const auto base : {sts::BaseDate::Y1993, sts::BaseDate::Y2014, sts::BaseDate::Y2035}) {
    if (static_cast<std::uint8_t>(base) == code) return base;
  }
  return std::nullopt;
}

Result<StoredKey, KeyFault> read_key(ByteReader& in) {
  const auto supply_group = sts::SupplyGroupCode::of(in.u32());
  const auto key_type = sts::key_type_of(in.u8());
  const auto key_revision = sts::KeyRevisionNumber::of(in.u8());
  const auto base_date = base_date_of(in.u8());
  const auto generation = generation_of(in.u8());
  const sts::KeyExpiryNumber key_expiry{in.u8()};
  const auto algorithms = algorithms_of(in.u16());
  const OctetView octets = in.take(in.u8());
  if (!in.ok()) return failure(damaged("less than its count of keys"));
  if (!supply_group || !key_type || !key_revision || !base_date || !generation || !algorithms) {
    return failure(damaged("a key whose name is none"));
  }
  if (octets.size() != vending_key_octets(*generation)) {
    return failure(damaged("a key of the wrong length"));
  }
  return StoredKey{
      {{*supply_group, *key_type, *key_revision, *base_date}, *generation, key_expiry, *algorithms},
      sts::VendingKey::of(crypto::SecretOctets{octets}).value()};
}

}  // namespace

StoredKey* KeyRing::find(const VendingKeyName& name) {
  const auto found =
      std::ranges::find_if(keys, [&](const StoredKey& one) { return one.record.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

const SupplierKey* KeyRing::find(utrn::Eui64 supplier) const {
  const auto found = std::ranges::find(suppliers, supplier, &SupplierKey::supplier);
  return found == suppliers.end() ? nullptr : &*found;
}

ClearOctets::~ClearOctets() { crypto::wipe(octets_); }

ClearOctets encode_ring(const KeyRing& ring) {
  std::size_t octets = 1 + 2 + 1 + (ring.tables ? kTableOctets : 0);
  for (const StoredKey& one : ring.keys) octets += kRecordOctets + one.key.size();
  const bool with_suppliers = !ring.suppliers.empty();
  if (with_suppliers) octets += 2 + ring.suppliers.size() * kSupplierOctets;
  Writer out{octets};
  out.number(with_suppliers ? kVersionWithSuppliers : kVersion, 1);
  out.number(static_cast<std::uint32_t>(std::min(ring.keys.size(), kMostKeys)), 2);
  for (const StoredKey& one : ring.keys) {
    const VendingKeyRecord& record = one.record;
    out.number(record.name.supply_group.number(), 4);
    out.number(static_cast<std::uint8_t>(record.name.key_type), 1);
    out.number(record.name.key_revision.number(), 1);
    out.number(static_cast<std::uint8_t>(record.name.base_date), 1);
    out.number(static_cast<std::uint8_t>(record.generation), 1);
    out.number(record.key_expiry.value, 1);
    out.number(algorithm_bits(record.algorithms), 2);
    out.number(static_cast<std::uint32_t>(one.key.size()), 1);
    out.append(one.key.view());
  }
  out.number(ring.tables ? 1 : 0, 1);
  if (ring.tables) {
    out.append(ring.tables->s1());
    out.append(ring.tables->s2());
    out.append(ring.tables->permutation());
  }
  if (with_suppliers) out.number(static_cast<std::uint32_t>(ring.suppliers.size()), 2);
  for (const SupplierKey& one : ring.suppliers) {
    out.number(static_cast<std::uint32_t>(one.supplier.number() >> 32U), 4);
    out.number(static_cast<std::uint32_t>(one.supplier.number()), 4);
    out.append(one.key.view());
  }
  return out.take();
}

Result<KeyRing, KeyFault> decode_ring(OctetView octets) {
  ByteReader in{octets};
  const std::uint8_t version = in.u8();
  if (version != kVersion && version != kVersionWithSuppliers) {
    return failure(damaged("a version this program does not know"));
  }
  KeyRing ring;
  for (std::size_t count = in.u16(); count > 0; --count) {
    auto one = read_key(in);
    if (!one) return failure(std::move(one).error());
    if (ring.find(one->record.name) != nullptr) return failure(damaged("a key twice"));
    ring.keys.push_back(std::move(one).value());
  }
  const std::uint8_t with_tables = in.u8();
  if (with_tables > 1) return failure(damaged("what is no key"));
  if (with_tables == 1) {
    auto tables = sts::StaTables::of_octets(in.take(kTableOctets));
    if (!tables) return failure(damaged("EA 07 tables that are none"));
    ring.tables = std::move(tables).value();
  }
  for (std::size_t count = version == kVersion ? 0 : in.u16(); count > 0 && in.ok(); --count) {
    const auto high = std::uint64_t{in.u32()} << 32U;
    const utrn::Eui64 supplier{high | in.u32()};
    const OctetView key = in.take(SupplierKey::kOctets);
    if (ring.find(supplier) != nullptr) return failure(damaged("a supplier twice"));
    if (in.ok()) ring.suppliers.push_back({supplier, crypto::SecretOctets{key}});
  }
  if (!in.ok() || in.rest() != 0) return failure(damaged("more or less than it says"));
  // One ring, one file: without suppliers the first version is written.
  if (version == kVersionWithSuppliers && ring.suppliers.empty()) {
    return failure(damaged("no suppliers where there should be some"));
  }
  return ring;
}

}  // namespace metergate::keys
