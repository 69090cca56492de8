// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/crypto/certificate.hpp"

/// OpenSSL's X509.
struct x509_st;

namespace metergate::crypto {

/// For the sources of this folder.
[[nodiscard]] CertificateFacts facts_of(x509_st* certificate);

}  // namespace metergate::crypto
