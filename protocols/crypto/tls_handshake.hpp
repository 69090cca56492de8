// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "protocols/crypto/certificate.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::crypto {

/// The client's half of a TLS handshake (1.2 or later, chain and name verified), octets in and
/// octets out: to look whether a server would be trusted and would let us in, without using it.
class TlsHandshake {
 public:
  struct Credentials {
    std::string trusted_pem;      ///< authorities; empty: those of the system
    std::string certificate_pem;  ///< our own, with its chain; may be empty
    std::string key_pem;
  };
  enum class State : std::uint8_t { Running, Done, Failed };

  /// The error says what is wrong with the credentials: no certificate in it, a key of another one.
  [[nodiscard]] static Result<TlsHandshake, std::string> begin(const std::string& host,
                                                               const Credentials& credentials);
  ~TlsHandshake();
  TlsHandshake(TlsHandshake&&) noexcept;
  TlsHandshake& operator=(TlsHandshake&&) noexcept;

  /// What came from the server (nothing, to begin with); returns what goes to it. Goes on to listen
  /// after the end: in TLS 1.3 a server refuses our certificate only then (RFC 8446, 4.4.4).
  [[nodiscard]] Octets received(OctetView octets);
  [[nodiscard]] State state() const { return state_; }
  /// After a failure: in words for the operator.
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] std::optional<CertificateFacts> server() const;
  [[nodiscard]] std::string version() const;

 private:
  struct Impl;
  explicit TlsHandshake(std::unique_ptr<Impl> impl);
  void fail(int code);
  std::unique_ptr<Impl> impl_;
  State state_ = State::Running;
  std::string why_;
};

}  // namespace metergate::crypto
