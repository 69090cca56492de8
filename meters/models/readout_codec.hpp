// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "meters/models/mode_c_layout.hpp"
#include "meters/time.hpp"
#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/result.hpp"

/// From the text of a readout to values in the units of a model.
namespace metergate::model {

/// Faults are sentences that name the data set, what it holds and what would be right.
template <typename T>
using Understood = Result<T, std::string>;

/// The value in the register's unit: `000123.4*kWh` is 123400 Wh. Nothing when the meter has no
/// such data set, or an empty one.
[[nodiscard]] Understood<std::optional<Decimal>> decode_register(
    const ModeCRegister& reg, const iec62056_21::DataMessage& data);

/// The first value of a data set without spaces at its ends; empty when there is none.
[[nodiscard]] std::string readout_text(const iec62056_21::DataMessage& data,
                                       const std::string& name);

/// `YY-MM-DD` or `YYYY-MM-DD` and `hh:mm:ss` with any separators or none; a date with time also as
/// `YYMMDDhhmmss`, with `S` behind it in summer time and `W` in winter.
[[nodiscard]] Understood<UtcSeconds> decode_clock(const ModeCLayout& layout,
                                                  const iec62056_21::DataMessage& data);

/// How often ten `written` makes one `unit`: 3 for kWh and Wh. Nothing when they do not measure the
/// same.
[[nodiscard]] std::optional<std::int8_t> scale_between(std::string_view written, Unit unit);

}  // namespace metergate::model
