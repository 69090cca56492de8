// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/tls_probe.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "protocols/crypto/tls_defaults.hpp"
#include "protocols/crypto/tls_handshake.hpp"

namespace metergate {
namespace {

constexpr std::chrono::milliseconds kAnswerWithin{3'000};
/// In TLS 1.3 a server that refuses our certificate says so after we believe all is well.
constexpr std::chrono::milliseconds kSecondThoughts{1'000};

std::string text_of(const std::filesystem::path& file) {
  if (file.empty()) return {};
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

Result<TlsAgreement, TlsFault> probe_tls(const config::Broker& broker, const TcpProbe& connection) {
  if (broker.check_revoked) crypto::refuse_revoked_servers();
  auto tls = crypto::TlsHandshake::begin(
      broker.host, {text_of(broker.tls->ca_file), text_of(broker.tls->certificate_file),
                    text_of(broker.tls->key_file)});
  if (!tls) return failure(TlsFault{TlsFault::Cause::Files, tls.error()});
  using State = crypto::TlsHandshake::State;
  std::optional<Octets> heard = Octets{};
  bool closed = false;
  while (heard && !closed && connection.send(tls->received(*heard)) &&
         tls->state() != State::Failed) {
    heard = connection.receive(tls->state() == State::Done ? kSecondThoughts : kAnswerWithin);
    // After the handshake that is how some refuse a certificate.
    closed = heard && heard->empty();
  }
  if (tls->state() == State::Done && !closed) return TlsAgreement{tls->version(), tls->server()};
  if (!tls->why().empty()) return failure(TlsFault{TlsFault::Cause::Refusal, tls->why()});
  return failure(TlsFault{TlsFault::Cause::Silence, "it closed the connection"});
}

}  // namespace metergate
