// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace metergate {

/// What is told to whoever wrote a name that is_identifier (`meters/identity.hpp`) does not take.
inline constexpr std::string_view kIdentifierRule = "1 to 64 of A-Z a-z 0-9 _ . -";

}  // namespace metergate
