// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/certificate_watch.hpp"

#include <array>
#include <fstream>
#include <iterator>

#include "protocols/crypto/certificate.hpp"

namespace metergate::runtime {
namespace {

using std::chrono::days;

constexpr std::array kMarks{0, 1, 7, 30};

std::string what_of(const crypto::CertificateFacts& facts, int mark) {
  const std::string end = rfc3339::text(facts.not_after);
  if (mark == 0) return facts.subject + " ended " + end;
  return facts.subject + " ends in less than " + std::to_string(mark) +
         (mark == 1 ? " day, " : " days, ") + end;
}

}  // namespace

std::optional<int> days_mark(UtcTime not_after, UtcTime now) {
  for (const int mark : kMarks) {
    if (not_after - now <= days{mark}) return mark;
  }
  return std::nullopt;
}

CertificateWatch::CertificateWatch(const config::Configuration& configuration) {
  const auto add = [this](const config::Broker& broker) {
    if (!broker.tls) return;
    for (const auto& file : {broker.tls->certificate_file, broker.tls->ca_file}) {
      if (!file.empty()) files_.push_back(file);
    }
  };
  if (configuration.north) add(configuration.north->broker);
  if (configuration.mqtt_meters) add(configuration.mqtt_meters->broker);
}

void CertificateWatch::look(UtcTime now, journal::Journal& journal) {
  std::map<std::string, int> near;
  for (const auto& file : files_) {
    std::ifstream in{file, std::ios::binary};
    const std::string pem{std::istreambuf_iterator<char>{in}, {}};
    for (const crypto::CertificateFacts& facts : crypto::certificates_of(pem)) {
      const auto mark = days_mark(facts.not_after, now);
      if (!mark) continue;
      const std::string key =
          file.string() + '\n' + facts.subject + '\n' + rfc3339::text(facts.not_after);
      const auto before = told_.find(key);
      if (!near.emplace(key, *mark).second) continue;
      if (before != told_.end() && before->second <= *mark) continue;
      journal.write(journal::kCertificateEnds, now,
                    {{"file", file.string()}, {"what", what_of(facts, *mark)}});
    }
  }
  told_ = std::move(near);
}

}  // namespace metergate::runtime
