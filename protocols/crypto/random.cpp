// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace metergate::crypto {

void fill_random(std::span<std::uint8_t> octets) {
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
    throw std::runtime_error{"OpenSSL has no random octets"};
  }
}

}  // namespace metergate::crypto
