// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/model_file.hpp"
#include "gateway/drivers/blocking_exchange.hpp"
#include "gateway/scan/guess.hpp"

namespace metergate::scan {

/// Whoever answers at an address, and what it could be.
struct Found {
  std::uint16_t address = 0;
  Fit fit = Fit::No;
  std::vector<std::string> models;  ///< those that fit best, by name
  std::string serial;               ///< as its identification registers have it; may be empty
  std::string firmware;
};

/// What an address came to.
enum class Silence : std::uint8_t {
  NoAnswer,
  Damaged,  ///< octets came, and no whole frame: two meters with one address, or a wrong baud rate
};
struct NothingThere {
  Silence silence = Silence::NoAnswer;
};
/// The line itself is of no use: no further address is worth asking.
struct LineBroken {
  std::string what;
};
using Outcome = std::variant<Found, NothingThere, LineBroken>;

/// Asks what each Modbus model among these would be asked. Reads only. An address that is silent to
/// the first question is asked no second one.
[[nodiscard]] Outcome scan_address(std::uint16_t address, const config::ModelCatalogue& models,
                                   const BlockingWire& wire);

}  // namespace metergate::scan
