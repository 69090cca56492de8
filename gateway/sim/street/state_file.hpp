// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/result.hpp"

namespace metergate::sim {

/// Replaces the file's content as a whole and durably: a kill or a power cut at any moment leaves
/// the old text or the new one. Readable by the owner only, since meters know their tokens.
[[nodiscard]] Result<Done, std::string> write_state_file(const std::filesystem::path& file,
                                                         std::string_view text);

/// Many files at once with two flushes in all, since one for each takes minutes on a long street.
/// Every file has its old text or its new one, as with `write_state_file`.
class StateFileBatch {
 public:
  [[nodiscard]] Result<Done, std::string> add(const std::filesystem::path& file,
                                              std::string_view text);
  [[nodiscard]] Result<Done, std::string> commit();

 private:
  std::vector<std::filesystem::path> files_;
};

/// Puts one line at the end of the file, durably. A cut while writing leaves a line without its
/// end.
[[nodiscard]] Result<Done, std::string> append_line(const std::filesystem::path& file,
                                                    std::string_view line);

/// Nothing when there is no such file.
[[nodiscard]] Result<std::optional<std::string>, std::string> read_state_file(
    const std::filesystem::path& file);

}  // namespace metergate::sim
