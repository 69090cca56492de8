// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::crypto {

/// What an operator has to know of a certificate (RFC 5280, 4.1.2.5 and 4.1.2.6).
struct CertificateFacts {
  std::string subject;  ///< `CN=broker.example.org,O=...` (RFC 2253)
  UtcSeconds not_before;
  UtcSeconds not_after;
};

/// All certificates of a PEM file, in its order; empty when there is none.
[[nodiscard]] std::vector<CertificateFacts> certificates_of(std::string_view pem);

}  // namespace metergate::crypto
