// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/state_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "gateway/sim/descriptor.hpp"

namespace metergate::sim {
namespace {

Failure<std::string> failed(const char* what, const std::filesystem::path& file) {
  return failure(std::string{what} + " " + file.string() + ": " +
                 std::error_code{errno, std::generic_category()}.message());
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<Done, std::string> write_state_file(const std::filesystem::path& file,
                                           std::string_view text) {
  std::filesystem::path beside = file;
  beside += ".new";
  {
    const Descriptor out{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!out) return failed("cannot create", beside);
    if (!write_all(out.get(), text)) return failed("cannot write", beside);
    if (::fdatasync(out.get()) != 0) return failed("cannot flush", beside);
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return failed("cannot replace", file);
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) return failed("cannot flush", directory);
  return Done{};
}

Result<std::optional<std::string>, std::string> read_state_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::optional<std::string>{};
  std::ifstream in{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in) return failed("cannot read", file);
  return std::optional{std::move(text)};
}

}  // namespace metergate::sim
