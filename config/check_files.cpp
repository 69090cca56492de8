// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <set>
#include <system_error>

#include "config/dlms_secrets.hpp"
#include "config/load.hpp"

namespace metergate::config {
namespace {

namespace fs = std::filesystem;

enum class Secrecy : std::uint8_t { Public, Secret };

class FileCheck {
 public:
  explicit FileCheck(const fs::path& file) : file_{file} {}

  void look(const std::string& key, const fs::path& path, Secrecy secrecy) {
    if (path.empty()) return;
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (failed || !fs::exists(status)) {
      say(key, path, "a file that is there" + (failed ? ": " + failed.message() : ""));
    } else if (!fs::is_regular_file(status)) {
      say(key, path, "a file, no directory or device");
    } else if (secrecy == Secrecy::Secret &&
               (status.permissions() & forbidden_at(path)) != fs::perms::none) {
      say(key, path, "a file only its owner can read: chmod 0600 " + path.string());
    } else if (!std::ifstream{path}) {
      say(key, path, "a file this user can read");
    }
  }

  /// What a meter's key file lacks is told as well: the gateway would start without the meter.
  void dlms_secrets(const Meter& meter) {
    const fs::path path = key_file_of(meter);
    if (path.empty() || !looked_at_.insert(path).second) return;
    const std::size_t before = errors_.size();
    look("key_file of meter " + meter.id.text(), path, Secrecy::Secret);
    if (errors_.size() != before) return;
    auto read = load_dlms_secrets(path, *meter.dlms);
    if (!read) errors_.insert(errors_.end(), read.error().begin(), read.error().end());
  }

  void broker(const std::string& section, const Broker& broker) {
    look(section + ".broker.password_file", broker.password_file, Secrecy::Secret);
    if (!broker.tls) return;
    const std::string tls = section + ".broker.tls.";
    look(tls + "ca_file", broker.tls->ca_file, Secrecy::Public);
    if (broker.check_revoked && !has_line(broker.tls->ca_file, "-----BEGIN X509 CRL-----")) {
      say(tls + "ca_file", broker.tls->ca_file,
          "the lists of revoked certificates of its authorities as well (X509 CRL, PEM), since "
          "check_revoked is true");
    }
    look(tls + "certificate_file", broker.tls->certificate_file, Secrecy::Public);
    look(tls + "key_file", broker.tls->key_file, Secrecy::Secret);
  }

  [[nodiscard]] std::vector<ConfigError> take() { return std::move(errors_); }

 private:
  /// systemd gives the service its credentials by an access list, whose mask shows as the right of
  /// the group (systemd.exec(5), LoadCredential=).
  static fs::perms forbidden_at(const fs::path& path) {
    constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const bool is_credential = credentials != nullptr && path.parent_path() == credentials;
    return is_credential ? kOthers & ~fs::perms::group_read : kOthers;
  }

  static bool has_line(const fs::path& path, std::string_view wanted) {
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);) {
      if (line == wanted || line == std::string{wanted} + '\r') return true;
    }
    return false;
  }

  void say(const std::string& key, const fs::path& path, std::string expected) {
    errors_.push_back(
        {ConfigError::Kind::Wrong, file_, 0, key, '"' + path.string() + '"', std::move(expected)});
  }

  const fs::path& file_;
  std::set<fs::path> looked_at_;
  std::vector<ConfigError> errors_;
};

}  // namespace

std::vector<ConfigError> check_files(const Configuration& configuration, const fs::path& file) {
  FileCheck check{file};
  if (configuration.north) check.broker("north", configuration.north->broker);
  if (configuration.mqtt_meters) check.broker("mqtt_meters", configuration.mqtt_meters->broker);
  if (configuration.key_store) {
    check.look("key_store.file", configuration.key_store->file, Secrecy::Secret);
    check.look("key_store.module", configuration.key_store->module, Secrecy::Public);
    check.look("key_store.passphrase_file", configuration.key_store->passphrase_file,
               Secrecy::Secret);
  }
  check.look("audit.signing_key_file", configuration.audit.signing_key_file, Secrecy::Secret);
  // A box where nobody was given a login yet has none.
  std::error_code not_there;
  if (configuration.console && fs::exists(configuration.console->users_file, not_there)) {
    check.look("console.users_file", configuration.console->users_file, Secrecy::Secret);
  }
  for (const Meter& meter : configuration.meters) check.dlms_secrets(meter);
  return check.take();
}

}  // namespace metergate::config
