// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/journal/event_definition.hpp"

/// Events of tenancies, suppliers and tariffs (10).
namespace metergate::journal {

inline constexpr EventDefinition kTenancyChanged{
    "MG1001",
    Level::Info,
    "tenancy-changed",
    "meter {meter}: tenancy {epoch} begins at {effective}, known by {evidence}",
    "The meter serves another tenant from that time of its clock on. What was collected before is "
    "sealed; the new tenancy begins with nothing.",
    "None: the box now fetches the new tenant's data by itself."};
inline constexpr EventDefinition kTenancySynchronised{
    "MG1002",
    Level::Info,
    "tenancy-synchronised",
    "meter {meter}: tenancy {epoch} is synchronised; {held} of {checks} checks hold",
    "Everything the meter has for the new tenant was fetched, and what the change was to do was "
    "looked at.",
    "None."};
inline constexpr EventDefinition kTenancyCheckFailed{
    "MG1003",
    Level::Error,
    "tenancy-check-failed",
    "meter {meter}: after the change of tenancy {item} does not hold: {found}",
    "The meter was asked for this and does not show it: the new tenant may see data of the old "
    "one, or the supply is not as ordered.",
    "Look at the meter; repeat the change with this action, or do by hand what is missing.",
    kAlarm};
inline constexpr EventDefinition kTenancyErased{
    "MG1004",
    Level::Info,
    "tenancy-erased",
    "meter {meter}: data of tenancy {epoch} was erased by {operator}",
    "The right to erasure was carried out on a sealed tenancy.",
    "None."};
inline constexpr EventDefinition kSupplierChanged{
    "MG1005",
    Level::Info,
    "supplier-changed",
    "meter {meter} is supplied by {supplier} now",
    "The meter's active tariff carries another supplier than before.",
    "None."};
inline constexpr EventDefinition kTariffMissing{
    "MG1006",
    Level::Warning,
    "tariff-missing",
    "meter {meter} charges by its default tariff",
    "A change of tenancy took the tariff back to its default, and no other was loaded since.",
    "Load a tariff with `set-tariff`.",
    kAlarm};
inline constexpr EventDefinition kChangeWaits{
    "MG1007",
    Level::Info,
    "change-waits",
    "meter {meter}: command {command} waits until everything is collected: {what}",
    "What the change would erase at the meter is read to its end first.",
    "None, unless it lasts: `metergate show` tells what is missing."};
inline constexpr EventDefinition kTenancyExported{
    "MG1008",
    Level::Info,
    "tenancy-exported",
    "meter {meter}: data of tenancy {epoch} was handed out to {operator}",
    "Somebody with the right to sealed tenancies asked for what is kept of one.",
    "None; the audit trail has the reason."};

}  // namespace metergate::journal
