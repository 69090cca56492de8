// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include "gateway/meter_mqtt/fields.hpp"
#include "meters/operation.hpp"

/// Changes of tenancy, supplier and tariff, tariffs and billing snapshots as JSON, in both
/// directions. As in rows.hpp, what is read is complete only when `in` holds no mistake.
namespace metergate::meter_mqtt {

[[nodiscard]] boost::json::object write_change(const operation::ChangeTenancy& order);
[[nodiscard]] boost::json::object write_change(const operation::ChangeSupplier& order);
[[nodiscard]] boost::json::object write_change(const operation::SetTariff& order);
[[nodiscard]] operation::ChangeTenancy read_change_tenancy(FieldReader& in);
[[nodiscard]] operation::ChangeSupplier read_change_supplier(FieldReader& in);
[[nodiscard]] operation::SetTariff read_set_tariff(FieldReader& in);

[[nodiscard]] boost::json::object write_tariffs(const TariffReading& reading);
[[nodiscard]] TariffReading read_tariffs(FieldReader& in, UtcTime read_at);

[[nodiscard]] boost::json::array write_snapshots(const std::vector<BillingSnapshot>& snapshots);
/// Ascending by sequence, all after this one.
[[nodiscard]] std::vector<BillingSnapshot> read_snapshots(FieldReader& in, std::uint32_t after);

}  // namespace metergate::meter_mqtt
