// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/operation.hpp"

/// Orders that change tenancy, supplier or tariff as the words of a deed (deed.hpp). A supplier's
/// name is written in hexadecimal digits, since it may hold spaces.
namespace metergate::virtual_meter::change_deed {

/// `tenancy 12 1772618400 7 off 4711`; `now` for a time when it is to be at once.
[[nodiscard]] std::string text(const operation::ChangeTenancy& order);
[[nodiscard]] std::string text(const operation::ChangeSupplier& order);
[[nodiscard]] std::string text(const operation::SetTariff& order);

[[nodiscard]] std::optional<operation::ChangeTenancy> parse_tenancy(
    const std::vector<std::string_view>& words);
[[nodiscard]] std::optional<operation::ChangeSupplier> parse_supplier(
    const std::vector<std::string_view>& words);
[[nodiscard]] std::optional<operation::SetTariff> parse_tariff(
    const std::vector<std::string_view>& words);

}  // namespace metergate::virtual_meter::change_deed
