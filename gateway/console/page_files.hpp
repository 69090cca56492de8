// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace metergate::console {

/// A file of `page/`, built into the program (embed.cmake).
struct PageFile {
  std::string_view name;  ///< `console.js`
  std::string_view content_type;
  std::string_view content;
};

[[nodiscard]] std::span<const PageFile> page_files();

}  // namespace metergate::console
