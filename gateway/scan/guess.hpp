// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "meters/models/meter_model.hpp"
#include "meters/operation.hpp"
#include "meters/reading.hpp"

/// Which of the known models a meter could be, judged by what it answers.
namespace metergate::scan {

/// How well a model explains an answer, best last.
enum class Fit : std::uint8_t {
  No,          ///< the meter refuses its registers, or they make no sense
  Possible,    ///< readable, with nothing in it that could be checked
  Likely,      ///< mains voltage or frequency stand where the model says
  Identified,  ///< its identification registers hold a serial number
};
/// `no`, `possible`, `likely`, `identified`
[[nodiscard]] std::string_view fit_word(Fit fit);

/// What to ask a meter in order to judge the model; nothing for models that are not on Modbus.
/// Registers whose values can be checked, or the first one where none can.
[[nodiscard]] std::optional<operation::Operation> question(const model::MeterModel& meter_model);

/// Mains stand between 50 and 500 V and 45 and 66 Hz; a phase that is not connected shows 0 V. One
/// value outside is enough against a model.
[[nodiscard]] Fit judge(const operation::Answer& answer);

}  // namespace metergate::scan
