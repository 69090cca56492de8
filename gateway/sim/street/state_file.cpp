// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/state_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "gateway/sim/wire/descriptor.hpp"

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

std::filesystem::path beside(const std::filesystem::path& file) {
  std::filesystem::path out = file;
  out += ".new";
  return out;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

Descriptor open_directory(const std::filesystem::path& directory) {
  return Descriptor{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

enum class Flush { Now, Later };

Result<Done, std::string> write_beside(const std::filesystem::path& file, std::string_view text,
                                       Flush flush) {
  const std::filesystem::path name = beside(file);
  const Descriptor out{::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!out) return failed("cannot create", name);
  if (!write_all(out.get(), text)) return failed("cannot write", name);
  if (flush == Flush::Now && ::fdatasync(out.get()) != 0) return failed("cannot flush", name);
  return Done{};
}

Result<Done, std::string> replace(const std::filesystem::path& file) {
  if (::rename(beside(file).c_str(), file.c_str()) != 0) return failed("cannot replace", file);
  return Done{};
}

Result<Done, std::string> flush_names(const std::filesystem::path& directory) {
  const Descriptor folder = open_directory(directory);
  if (!folder || ::fsync(folder.get()) != 0) return failed("cannot flush", directory);
  return Done{};
}

Result<Done, std::string> flush_file_system(const std::filesystem::path& directory) {
  const Descriptor folder = open_directory(directory);
  if (!folder || ::syncfs(folder.get()) != 0) return failed("cannot flush", directory);
  return Done{};
}

}  // namespace

Result<Done, std::string> write_state_file(const std::filesystem::path& file,
                                           std::string_view text) {
  if (auto written = write_beside(file, text, Flush::Now); !written) return written;
  if (auto replaced = replace(file); !replaced) return replaced;
  return flush_names(directory_of(file));
}

Result<Done, std::string> StateFileBatch::add(const std::filesystem::path& file,
                                              std::string_view text) {
  if (auto written = write_beside(file, text, Flush::Later); !written) return written;
  files_.push_back(file);
  return Done{};
}

Result<Done, std::string> StateFileBatch::commit() {
  const auto files = std::exchange(files_, {});
  if (files.empty()) return Done{};
  const std::filesystem::path directory = directory_of(files.front());
  // The contents before the names: a name must never stand for a text that is not there.
  if (auto flushed = flush_file_system(directory); !flushed) return flushed;
  for (const auto& file : files) {
    if (auto replaced = replace(file); !replaced) return replaced;
  }
  return flush_file_system(directory);
}

Result<Done, std::string> append_line(const std::filesystem::path& file, std::string_view line) {
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(file, ignored);
  const Descriptor out{::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)};
  if (!out) return failed("cannot open", file);
  if (!write_all(out.get(), std::string{line} + "\n")) return failed("cannot write", file);
  if (::fdatasync(out.get()) != 0) return failed("cannot flush", file);
  return is_new ? flush_names(directory_of(file)) : Result<Done, std::string>{Done{}};
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
