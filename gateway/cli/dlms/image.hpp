// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "gateway/cli/terminal/console.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/apdu.hpp"

/// Brings a firmware image into a meter (image transfer, class 18): begin, blocks, verify,
/// activate. What has arrived is asked of the meter, so that a transfer that was cut goes on from
/// the first block that is missing.
namespace metergate::cli {

/// What the transfer does to a meter.
struct ImageMeter {
  std::function<CliResult<dlms::GetResult>(const dlms::AttributeReference&)> get;
  std::function<CliResult<dlms::AccessResult>(const dlms::AttributeReference&, dlms::Data)> set;
  std::function<CliResult<dlms::AccessResult>(const dlms::MethodReference&, dlms::Data)> act;
  std::function<void(std::chrono::seconds)> pause;
};

struct ImageOrder {
  cosem::ObisCode object = cosem::kImageTransfer;
  std::string identifier;
  Octets image;
  /// The meter holds part of this very image: it is not begun anew.
  bool resume = false;
  /// The new firmware is to run from now on.
  bool activate = false;
  /// How long verifying, and activating, may each take.
  std::chrono::seconds patience{300};
};

struct ImageProgress {
  std::uint32_t block = 0;  ///< so many are in the meter
  std::uint32_t blocks = 0;
  const char* doing = "";
};

struct ImageDone {
  std::uint32_t blocks = 0;
  std::uint32_t already_there = 0;  ///< when the transfer began
  bool activated = false;
};

/// The error says what the meter answered; of a line that was cut its code is kUnavailable.
[[nodiscard]] CliResult<ImageDone> transfer_image(
    const ImageMeter& meter, const ImageOrder& order,
    const std::function<void(const ImageProgress&)>& tell);

}  // namespace metergate::cli
