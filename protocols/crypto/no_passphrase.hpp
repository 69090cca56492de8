// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace metergate::crypto {

/// The pem_password_cb of whoever reads a key: there is none to give. OpenSSL's own would ask at
/// the terminal.
inline int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace metergate::crypto
