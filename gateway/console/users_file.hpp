// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/console/console_user.hpp"

namespace metergate::console {

/// The users file while the gateway runs: read again whenever it changed, so that who was taken
/// out is out at once.
class UsersFile {
 public:
  explicit UsersFile(std::filesystem::path file) : file_{std::move(file)} {}

  /// Nothing for a name that is not there, and for everybody while the file cannot be used.
  [[nodiscard]] std::optional<ConsoleUser> find(std::string_view name);
  /// Why nobody can log in: the file is missing, empty, readable by others or damaged.
  [[nodiscard]] std::optional<std::string> trouble();

 private:
  void look();

  std::filesystem::path file_;
  struct stat seen_ {};
  bool is_read_ = false;
  std::vector<ConsoleUser> users_;
  std::string trouble_;
};

/// No file: no users.
[[nodiscard]] Result<std::vector<ConsoleUser>, std::string> read_users(
    const std::filesystem::path& file);
/// Reads, changes and writes it, one process at a time.
[[nodiscard]] Result<Done, std::string> change_users(
    const std::filesystem::path& file,
    const std::function<Result<Done, std::string>(std::vector<ConsoleUser>&)>& change);

}  // namespace metergate::console
