// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/brokers.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "gateway/links/tcp_probe.hpp"
#include "gateway/links/tls_probe.hpp"

namespace metergate::doctor {
namespace {

constexpr std::chrono::days kRenewSoon{30};

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
                     const TcpProbe& connection, UtcTime now) {
  Findings out;
  look_at_files(subject, *broker.tls, now, out);
  const auto agreed = probe_tls(broker, connection);
  if (!agreed && agreed.error().cause == TlsFault::Cause::Files) {
    out.push_back({Verdict::Fail, subject, agreed.error().why,
                   "Look at the files below tls of this broker in the configuration."});
    return out;
  }
  if (!agreed) {
    out.push_back({Verdict::Fail, subject, "TLS fails: " + agreed.error().why,
                   "Compare the authority's file with the broker's certificate, `host` with its "
                   "subjectAltName, and our certificate with what the broker trusts."});
    return out;
  }
  out.push_back(
      {Verdict::Ok, subject, fmt::format("{} agreed, name and chain hold", agreed->version), {}});
  if (const auto& server = agreed->server) {
    out.push_back(judge(subject, "the broker's certificate", *server, now));
  }
  return out;
}

}  // namespace

Findings look_at_broker(const std::string& name, const config::Broker& broker, UtcTime now) {
  const std::string subject = "broker " + name;
  const std::string where = fmt::format("{}:{}", broker.host, broker.port);
  const auto connection = TcpProbe::open(broker.host, broker.port);
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
