// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "protocols/crypto/secret_octets.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOthers = 0077;
constexpr mode_t kGroupRead = 0040;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

KeyFault trouble(std::string_view what, const std::filesystem::path& file) {
  return {Reason::Unavailable,
          std::string{what} + ' ' + file.string() + ": " + std::strerror(errno)};
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

std::string mode_text(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

Result<std::size_t, KeyFault> judge(int descriptor, const std::filesystem::path& file,
                                    Rights rights) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return failure(trouble("cannot look at", file));
  if (!S_ISREG(found.st_mode)) {
    return failure(KeyFault{Reason::Unprotected, file.string() + " is no regular file"});
  }
  if (found.st_uid != ::geteuid() && found.st_uid != 0) {
    return failure(KeyFault{Reason::Unprotected, file.string() + " belongs to another user"});
  }
  const mode_t forbidden = rights == Rights::GroupMayRead ? kOthers & ~kGroupRead : kOthers;
  if ((found.st_mode & forbidden) != 0) {
    return failure(KeyFault{Reason::Unprotected, file.string() + " has mode " +
                                                     mode_text(found.st_mode) +
                                                     "; must be 0600 or narrower (chmod 600)"});
  }
  return static_cast<std::size_t>(found.st_size);
}

bool write_all(int descriptor, OctetView octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Done, KeyFault> put_in_place(const std::filesystem::path& beside,
                                    const std::filesystem::path& file, Replace replace) {
  if (replace == Replace::Yes) {
    if (::rename(beside.c_str(), file.c_str()) != 0) return failure(trouble("cannot write", file));
    return Done{};
  }
  // link() fails where the name is taken, in one step.
  if (::link(beside.c_str(), file.c_str()) != 0) {
    if (errno != EEXIST) return failure(trouble("cannot write", file));
    return failure(KeyFault{Reason::Present, file.string() + " is there already"});
  }
  ::unlink(beside.c_str());
  return Done{};
}

}  // namespace

Result<Octets, KeyFault> read_private_file(const std::filesystem::path& file,
                                           std::size_t most_octets, Rights rights) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!in) return failure(trouble("cannot read", file));
  const auto size = judge(in.get(), file, rights);
  if (!size) return failure(size.error());
  if (*size > most_octets) {
    return failure(KeyFault{Reason::Damaged, file.string() + " is longer than " +
                                                 std::to_string(most_octets) + " octets"});
  }
  Octets octets(*size);
  std::size_t at = 0;
  while (at < octets.size()) {
    const ssize_t got = ::read(in.get(), octets.data() + at, octets.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(trouble("cannot read", file));
    if (got == 0) break;
    at += static_cast<std::size_t>(got);
  }
  octets.resize(at);
  return octets;
}

Result<Done, KeyFault> write_private_file(const std::filesystem::path& file, OctetView octets,
                                          Replace replace) {
  std::filesystem::path beside = file;
  beside += ".new-" + std::to_string(::getpid());
  ::unlink(beside.c_str());  // of an attempt that was cut off
  {
    const Descriptor out{
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly)};
    if (!out) return failure(trouble("cannot write", beside));
    if (!write_all(out.get(), octets) || ::fsync(out.get()) != 0) {
      const KeyFault fault = trouble("cannot write", beside);
      ::unlink(beside.c_str());
      return failure(fault);
    }
  }
  if (const auto placed = put_in_place(beside, file, replace); !placed) {
    ::unlink(beside.c_str());
    return failure(placed.error());
  }
  const Descriptor directory{
      ::open(directory_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory || ::fsync(directory.get()) != 0) {
    return failure(trouble("cannot flush the directory of", file));
  }
  return Done{};
}

Result<Done, KeyFault> with_directory_locked(
    const std::filesystem::path& file, const std::function<Result<Done, KeyFault>()>& change) {
  const Descriptor directory{
      ::open(directory_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return failure(trouble("cannot open the directory of", file));
  while (::flock(directory.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return failure(trouble("cannot lock the directory of", file));
  }
  return change();
}

}  // namespace metergate::keys
