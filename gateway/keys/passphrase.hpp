// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "gateway/keys/key_fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::keys {

/// A passphrase or PIN. Cannot be printed; wiped when dropped.
class Passphrase {
 public:
  static constexpr std::size_t kMostOctets = 1024;

  explicit Passphrase(Octets octets) : octets_{std::move(octets)} {}
  Passphrase(Passphrase&& other) noexcept : octets_{std::move(other.octets_)} {}
  Passphrase& operator=(Passphrase&& other) noexcept;
  Passphrase(const Passphrase&) = delete;
  Passphrase& operator=(const Passphrase&) = delete;
  ~Passphrase();

  [[nodiscard]] OctetView view() const { return octets_; }

 private:
  Octets octets_;
};

/// A systemd credential (LoadCredential=, LoadCredentialEncrypted=): a file below
/// $CREDENTIALS_DIRECTORY.
struct FromCredential {
  std::string name;
};
/// A file only its owner can read.
struct FromFile {
  std::filesystem::path file;
};
/// An environment variable: for tests and containers; other processes of the same user can see it.
struct FromEnvironment {
  std::string variable;
};
using PassphraseSource = std::variant<FromCredential, FromFile, FromEnvironment>;

/// One line end at the end is dropped. Faults: Secret where there is none, it is empty or past
/// kMostOctets; Unprotected for a file that others can read.
[[nodiscard]] Result<Passphrase, KeyFault> read_passphrase(const PassphraseSource& source);

}  // namespace metergate::keys
