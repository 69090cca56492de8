// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/users_file.hpp"

#include <algorithm>

#include "gateway/keys/private_file.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::console {
namespace {

constexpr std::size_t kMostOctets = 65'536;

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mode == b.st_mode &&
         a.st_uid == b.st_uid && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

keys::KeyFault own_fault(std::string text) {
  return {keys::KeyFault::Reason::Damaged, std::move(text)};
}

}  // namespace

void UsersFile::look() {
  struct stat there {};
  const bool exists = ::stat(file_.c_str(), &there) == 0;
  if (is_read_ && exists && is_same(there, seen_)) return;
  is_read_ = exists;
  seen_ = there;
  users_.clear();
  trouble_.clear();
  auto users = read_users(file_);
  if (!users) {
    trouble_ = users.error();
  } else if (users->empty()) {
    trouble_ = file_.string() + " names nobody; `metergate console-user add` does";
  } else {
    users_ = std::move(*users);
  }
}

std::optional<ConsoleUser> UsersFile::find(std::string_view name) {
  look();
  const auto found = std::ranges::find(users_, name, &ConsoleUser::name);
  if (found == users_.end()) return std::nullopt;
  return *found;
}

std::optional<std::string> UsersFile::trouble() {
  look();
  if (trouble_.empty()) return std::nullopt;
  return trouble_;
}

Result<std::vector<ConsoleUser>, std::string> read_users(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed) && !failed) return std::vector<ConsoleUser>{};
  const auto octets = keys::read_private_file(file, kMostOctets);
  if (!octets) return failure(octets.error().text);
  auto users = parse_users({reinterpret_cast<const char*>(octets->data()), octets->size()});
  if (!users) return failure(file.string() + ", " + users.error());
  return users;
}

Result<Done, std::string> change_users(
    const std::filesystem::path& file,
    const std::function<Result<Done, std::string>(std::vector<ConsoleUser>&)>& change) {
  const auto done = keys::with_directory_locked(file, [&]() -> Result<Done, keys::KeyFault> {
    auto users = read_users(file);
    if (!users) return failure(own_fault(users.error()));
    if (const auto changed = change(*users); !changed) {
      return failure(own_fault(changed.error()));
    }
    const std::string text = users_text(*users);
    return keys::write_private_file(file, octets_of(text), keys::Replace::Yes);
  });
  if (!done) return failure(done.error().text);
  return Done{};
}

}  // namespace metergate::console
