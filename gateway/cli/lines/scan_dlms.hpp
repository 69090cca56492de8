// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "config/model_file.hpp"
#include "config/schema.hpp"
#include "gateway/cli/terminal/console.hpp"
#include "gateway/scan/scan_address.hpp"

namespace metergate::cli {

/// Which addresses of a line are asked unless something else is said.
struct ScanRange {
  std::uint16_t first = 1;
  std::uint16_t last = 247;  ///< Modbus over Serial Line V1.02, 2.2
  std::uint16_t highest = 247;
};
[[nodiscard]] ScanRange usual_range(config::LineProtocol protocol);

/// Asks a DLMS meter at that address, as the public client, for what everybody may know: on HDLC
/// the physical address beside logical device 1, on the wrapper the wPort. Nothing for silence; the
/// error is for a line that is of no use.
[[nodiscard]] CliResult<std::optional<scan::Found>> scan_dlms_address(
    const config::Line& line, std::uint16_t address, const config::ModelCatalogue& models,
    std::chrono::milliseconds timeout);

}  // namespace metergate::cli
