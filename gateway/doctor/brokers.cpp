// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/brokers.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "gateway/doctor/connection.hpp"
#include "protocols/crypto/tls_defaults.hpp"
#include "protocols/crypto/tls_handshake.hpp"

namespace metergate::doctor {
namespace {

constexpr std::chrono::days kRenewSoon{30};
constexpr std::chrono::milliseconds kAnswerWithin{3'000};
/// In TLS 1.3 a server that refuses our certificate says so after we believe all is well.
constexpr std::chrono::milliseconds kSecondThoughts{1'000};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

Finding judge(const std::string& subject, const std::string& whose,
              const crypto::CertificateFacts& facts, UtcTime now) {
  const auto left = std::chrono::floor<std::chrono::days>(facts.not_after - now);
  const std::string until = rfc3339::text(facts.not_after);
  if (facts.not_after <= now) {
    return {Verdict::Fail, subject, fmt::format("{} ({}) ended {}", whose, facts.subject, until),
            "Put a new certificate in its place, then systemctl restart metergate."};
  }
  if (facts.not_before > now) {
    return {Verdict::Fail, subject,
            fmt::format("{} ({}) begins {}, that is later than now", whose, facts.subject,
                        rfc3339::text(facts.not_before)),
            "Is the clock of this box right? See the line `clock`."};
  }
  if (left < kRenewSoon) {
    return {Verdict::Warn, subject,
            fmt::format("{} ({}) ends in {} days, {}", whose, facts.subject, left.count(), until),
            "Have it renewed before that; a certificate that has ended locks the box out."};
  }
  return {Verdict::Ok, subject, fmt::format("{} is good until {}", whose, until), {}};
}

void look_at_files(const std::string& subject, const config::Tls& tls, UtcTime now,
                   Findings& into) {
  if (tls.certificate_file.empty()) return;
  if (const auto own = crypto::certificates_of(text_of(tls.certificate_file)); !own.empty()) {
    into.push_back(judge(subject, "our certificate", own.front(), now));
  }
}

Findings shake_hands(const std::string& subject, const config::Broker& broker,
                     const Connection& connection, UtcTime now) {
  Findings out;
  look_at_files(subject, *broker.tls, now, out);
  const crypto::TlsHandshake::Credentials credentials{
      broker.tls->ca_file.empty() ? std::string{} : text_of(broker.tls->ca_file),
      broker.tls->certificate_file.empty() ? std::string{} : text_of(broker.tls->certificate_file),
      broker.tls->key_file.empty() ? std::string{} : text_of(broker.tls->key_file)};
  if (broker.check_revoked) crypto::refuse_revoked_servers();
  auto tls = crypto::TlsHandshake::begin(broker.host, credentials);
  if (!tls) {
    out.push_back({Verdict::Fail, subject, tls.error(),
                   "Look at the files below tls of this broker in the configuration."});
    return out;
  }
  using State = crypto::TlsHandshake::State;
  std::optional<Octets> heard = Octets{};
  bool closed = false;
  while (heard && !closed && connection.send(tls->received(*heard)) &&
         tls->state() != State::Failed) {
    heard = connection.receive(tls->state() == State::Done ? kSecondThoughts : kAnswerWithin);
    // After the handshake that is how some refuse a certificate.
    closed = heard && heard->empty();
  }
  if (tls->state() != State::Done || closed) {
    const std::string why = tls->why().empty() ? "it closed the connection" : tls->why();
    out.push_back({Verdict::Fail, subject, "TLS fails: " + why,
                   "Compare the authority's file with the broker's certificate, `host` with its "
                   "subjectAltName, and our certificate with what the broker trusts."});
    return out;
  }
  out.push_back(
      {Verdict::Ok, subject, fmt::format("{} agreed, name and chain hold", tls->version()), {}});
  if (const auto server = tls->server()) {
    out.push_back(judge(subject, "the broker's certificate", *server, now));
  }
  return out;
}

}  // namespace

Findings look_at_broker(const std::string& name, const config::Broker& broker, UtcTime now) {
  const std::string subject = "broker " + name;
  const std::string where = fmt::format("{}:{}", broker.host, broker.port);
  const auto connection = Connection::open(broker.host, broker.port);
  if (!connection) {
    Findings out{{Verdict::Fail, subject, fmt::format("{}: {}", where, connection.error()),
                  "Does the broker run, is the address right, does a firewall stand between?"}};
    if (broker.tls) look_at_files(subject, *broker.tls, now, out);
    return out;
  }
  Findings out{{Verdict::Ok, subject, where + " takes connections", {}}};
  if (!broker.tls) return out;
  for (Finding& one : shake_hands(subject, broker, *connection, now)) out.push_back(std::move(one));
  return out;
}

}  // namespace metergate::doctor
