// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/links/tcp_probe.hpp"
#include "protocols/crypto/certificate.hpp"
#include "protocols/result.hpp"

namespace metergate {

struct TlsAgreement {
  std::string version;
  std::optional<crypto::CertificateFacts> server;
};

struct TlsFault {
  enum class Cause : std::uint8_t {
    Files,    ///< those of `broker.tls`
    Refusal,  ///< by the broker or by us: a certificate, what both can do
    Silence,  ///< it closed the connection, or said nothing
  };
  Cause cause;
  std::string why;  ///< in words for the operator
};

/// Whether `broker`, which has TLS, would be trusted and would let us in: a handshake, then nothing
/// is said. Waits four seconds for the slowest answers.
[[nodiscard]] Result<TlsAgreement, TlsFault> probe_tls(const config::Broker& broker,
                                                       const TcpProbe& connection);

}  // namespace metergate
