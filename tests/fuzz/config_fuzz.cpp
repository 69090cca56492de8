// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.hpp"

/// Any text as a configuration: taken, or refused with mistakes that can be told on one line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace metergate;
  // libFuzzer hands out octets; the parser takes characters.
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = config::parse(text, "fuzz.toml");
  if (read) return 0;
  if (read.error().empty()) std::abort();
  for (const config::ConfigError& error : read.error()) {
    if (error.text().empty()) std::abort();
  }
  return 0;
}
