// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <system_error>

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
    } else if (secrecy == Secrecy::Secret && (status.permissions() & kOthers) != fs::perms::none) {
      say(key, path, "a file only its owner can read: chmod 0600 " + path.string());
    } else if (!std::ifstream{path}) {
      say(key, path, "a file this user can read");
    }
  }

  void broker(const std::string& section, const Broker& broker) {
    look(section + ".broker.password_file", broker.password_file, Secrecy::Secret);
    if (!broker.tls) return;
    const std::string tls = section + ".broker.tls.";
    look(tls + "ca_file", broker.tls->ca_file, Secrecy::Public);
    look(tls + "certificate_file", broker.tls->certificate_file, Secrecy::Public);
    look(tls + "key_file", broker.tls->key_file, Secrecy::Secret);
  }

  [[nodiscard]] std::vector<ConfigError> take() { return std::move(errors_); }

 private:
  static constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

  void say(const std::string& key, const fs::path& path, std::string expected) {
    errors_.push_back(
        {ConfigError::Kind::Wrong, file_, 0, key, '"' + path.string() + '"', std::move(expected)});
  }

  const fs::path& file_;
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
  return check.take();
}

}  // namespace metergate::config
