// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/model_file.hpp"
#include "config/model_report.hpp"

/// Any text as a meter model: refused with mistakes, or taken and then fit for a report.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace metergate;
  // libFuzzer hands out octets; the parser takes characters.
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = config::parse_model(text, "fuzz.toml");
  if (read) {
    if (config::report(*read).empty()) std::abort();
    return 0;
  }
  if (read.error().empty()) std::abort();
  for (const config::ConfigError& error : read.error()) {
    if (error.text().empty()) std::abort();
  }
  return 0;
}
