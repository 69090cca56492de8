// SPDX-License-Identifier: Apache-2.0
// A key file, sealed and open, and the labels of a PKCS#11 token: read or refused, and what is read
// makes the same octets again. scrypt is not run here: its cost would be all that is measured, and
// nothing behind it is reached without the passphrase.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/keys/key_ring.hpp"
#include "gateway/keys/pkcs11_key_store.hpp"
#include "gateway/keys/sealed_octets.hpp"

namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Whether open_sealed() would come as far as scrypt.
bool asks_for_scrypt(OctetView sealed) {
  constexpr std::string_view kMagic{"MGKEYS\0\1", 8};
  return sealed.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), sealed.begin());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  if (const auto ring = keys::decode_ring(octets)) {
    const keys::ClearOctets again = keys::encode_ring(*ring);
    require(std::ranges::equal(again.view(), octets));
  }
  if (!asks_for_scrypt(octets)) {
    require(!keys::open_sealed(keys::Passphrase{Octets{'x'}}, octets));
  }
  const std::string_view label{reinterpret_cast<const char*>(data), size};
  if (const auto record = keys::parse_vending_key_label(label)) {
    const auto again = keys::parse_vending_key_label(keys::vending_key_label(*record));
    require(again && *again == *record);
  }
  return 0;
}
