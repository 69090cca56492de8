// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model_reader.hpp"
#include "config/table_reader.hpp"

namespace metergate::config {

/// Second half of `parse_model`: what only shows when all of the file is read. Each reports its
/// mistakes to `errors`.

/// Registers that overlap, share a code or lie beyond the last address.
void judge_registers(const ReadModel& read, ErrorList& errors);

/// A capability without its block, and a block without the fields its work needs: the driver would
/// take a missing field for zero.
void judge_capabilities(const ReadModel& read, ErrorList& errors);

/// The exchanges must decode to what they are said to hold: the proof of the register table.
void judge_captures(const ReadModel& read, ErrorList& errors);

}  // namespace metergate::config
