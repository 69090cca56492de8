// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/north/body_reader.hpp"
#include "meters/command.hpp"

/// Parameters of the verbs that change whom a meter serves and what it charges, and of those for
/// what earlier tenancies left.
namespace metergate::north {

[[nodiscard]] CommandParams change_tenancy(BodyReader& in);
[[nodiscard]] CommandParams change_supplier(BodyReader& in);
[[nodiscard]] CommandParams set_tariff(BodyReader& in);
[[nodiscard]] CommandParams export_tenancy(BodyReader& in);
[[nodiscard]] CommandParams erase_tenancy(BodyReader& in);

}  // namespace metergate::north
