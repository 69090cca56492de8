// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/north/body_reader.hpp"

namespace metergate::north {

/// The `params` of a verb. What is returned means something only if `in` refused nothing.
[[nodiscard]] CommandParams read_params(Verb verb, BodyReader& in);

}  // namespace metergate::north
