// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/keys/key_fault.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/keys/passphrase.hpp"
#include "protocols/crypto/scrypt.hpp"

/// Octets under a passphrase: AES-256-GCM with a key from scrypt. In order: "MGKEYS" and 00 01;
/// scrypt's log2 N, r, p; salt 16; IV 12; the ciphertext; tag 16. All before the ciphertext is
/// authenticated with it, and salt and IV are new with every sealing.
namespace metergate::keys {

[[nodiscard]] Octets seal(const Passphrase& passphrase, OctetView clear,
                          crypto::ScryptCost cost = {});

/// Faults: Damaged for what is no such file or asks for an unreasonable cost; Secret where the tag
/// does not hold, which is a wrong passphrase or a changed file; nobody can tell which.
[[nodiscard]] Result<ClearOctets, KeyFault> open_sealed(const Passphrase& passphrase,
                                                        OctetView sealed);

}  // namespace metergate::keys
