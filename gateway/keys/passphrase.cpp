// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/passphrase.hpp"

#include <cstdlib>
#include <string_view>

#include "gateway/keys/private_file.hpp"
#include "protocols/crypto/secret_octets.hpp"

namespace metergate::keys {
namespace {

Result<Passphrase, KeyFault> judged(Octets octets, const std::string& where) {
  Passphrase whole{std::move(octets)};
  OctetView text = whole.view();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text = text.first(text.size() - 1);
  }
  if (text.empty()) {
    return failure(KeyFault{KeyFault::Reason::Secret, "the passphrase in " + where + " is empty"});
  }
  if (text.size() > Passphrase::kMostOctets) {
    return failure(KeyFault{KeyFault::Reason::Secret,
                            "the passphrase in " + where + " is longer than 1024 octets"});
  }
  return Passphrase{Octets(text.begin(), text.end())};
}

Result<Passphrase, KeyFault> from_file(const std::filesystem::path& file, Rights rights) {
  auto octets = read_private_file(file, 2 * Passphrase::kMostOctets, rights);
  if (!octets) return failure(std::move(octets).error());
  return judged(std::move(octets).value(), file.string());
}

Result<Passphrase, KeyFault> read(const FromCredential& source) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) {
    return failure(KeyFault{KeyFault::Reason::Secret,
                            "no credential " + source.name +
                                ": CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit "
                                "with LoadCredential="});
  }
  if (source.name.empty() || source.name.find('/') != std::string::npos) {
    return failure(KeyFault{KeyFault::Reason::Secret,
                            "credential `" + source.name + "`: must be a name without a slash"});
  }
  return from_file(std::filesystem::path{directory} / source.name, Rights::GroupMayRead);
}

Result<Passphrase, KeyFault> read(const FromFile& source) {
  return from_file(source.file, Rights::OwnerOnly);
}

Result<Passphrase, KeyFault> read(const FromEnvironment& source) {
  const char* value = std::getenv(source.variable.c_str());
  if (value == nullptr) {
    return failure(KeyFault{KeyFault::Reason::Secret,
                            "the environment variable " + source.variable + " is not set"});
  }
  const std::string_view text{value};
  return judged(Octets(text.begin(), text.end()), "the environment variable " + source.variable);
}

}  // namespace

Passphrase& Passphrase::operator=(Passphrase&& other) noexcept {
  if (this == &other) return *this;
  crypto::wipe(octets_);
  octets_ = std::move(other.octets_);
  return *this;
}

Passphrase::~Passphrase() { crypto::wipe(octets_); }

Result<Passphrase, KeyFault> read_passphrase(const PassphraseSource& source) {
  return std::visit([](const auto& one) { return read(one); }, source);
}

}  // namespace metergate::keys
