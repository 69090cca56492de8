// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/journal/event_definition.hpp"

/// Events of the registry of meters, locations and customers (09).
namespace metergate::journal {

inline constexpr EventDefinition kRegistryChanged{
    "MG0901",
    Level::Info,
    "registry-changed",
    "registry: {change} by {operator}: {what}",
    "What belongs together of meters, locations and customers was changed, or a conflict settled.",
    "None."};
inline constexpr EventDefinition kRegistryConflict{
    "MG0902",
    Level::Error,
    "registry-conflict",
    "serial number {serial} answers as meter {meter} on {port}, while the registry has it as meter "
    "{recorded} on {recorded_port}",
    "A meter that is recorded at one place answers at another: it was carried there, or its "
    "number is there twice. Told once until it is settled.",
    "Find out where the meter is. If it was moved: `metergate registry unassign` the recorded one "
    "and assign the other. Otherwise put the wire right, then `metergate registry settle`.",
    kAlarm};
inline constexpr EventDefinition kMeterUnplaced{
    "MG0903",
    Level::Warning,
    "meter-unplaced",
    "meter {meter} answers, but {what}",
    "It supplies somebody, and the registry cannot say whom. With `unplaced = \"block\"` no credit "
    "is made or delivered for it until that is put right.",
    "`metergate registry assign` it to its location, or `metergate registry settle` the conflict.",
    kAlarm};
inline constexpr EventDefinition kMeterPlaced{"MG0904",
                                              Level::Info,
                                              "meter-placed",
                                              "meter {meter} has its place in the registry",
                                              "An earlier meter-unplaced is put right.",
                                              "None."};
inline constexpr EventDefinition kTenancyChangeDue{
    "MG0905",
    Level::Info,
    "tenancy-change-due",
    "meter {meter}: a change of tenancy is due, {left} left, {entered} came",
    "A change of the registry gave the meter another customer than the one it served.",
    "None, when the change of tenancy follows by itself."};

}  // namespace metergate::journal
