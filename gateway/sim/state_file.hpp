// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/result.hpp"

namespace metergate::sim {

/// Replaces the file's content as a whole and durably: a kill or a power cut at any moment leaves
/// the old text or the new one. Readable by the owner only, since meters know their tokens.
[[nodiscard]] Result<Done, std::string> write_state_file(const std::filesystem::path& file,
                                                         std::string_view text);

/// Nothing when there is no such file.
[[nodiscard]] Result<std::optional<std::string>, std::string> read_state_file(
    const std::filesystem::path& file);

}  // namespace metergate::sim
