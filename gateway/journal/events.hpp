// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "gateway/journal/box_events.hpp"
#include "gateway/journal/command_events.hpp"
#include "gateway/journal/event_definition.hpp"
#include "gateway/journal/meter_events.hpp"
#include "gateway/journal/registry_events.hpp"
#include "gateway/journal/tenancy_events.hpp"

/// The catalogue: everything the gateway can log. docs/events.md is generated from it.
namespace metergate::journal {

inline constexpr std::array kCatalogue{
    // 00 process
    &kGatewayStarted, &kGatewayStopping, &kGatewayStopped, &kInternalFault, &kControlUnavailable,
    &kBoxClockStepped, &kMetricsUnavailable, &kConsoleUnavailable, &kConsoleLogin,
    &kConsoleLoginRefused, &kConsoleLogout, &kConsoleDenied,
    // 01 configuration
    &kReloadOk, &kReloadRefused, &kConfigurationChanged, &kConfigurationWarning, &kRestartNeeded,
    // 02 meters and sessions
    &kMeterOnline, &kMeterSuspect, &kMeterSilent, &kMeterRecovered, &kWrongSerial, &kMeterOffline,
    &kUnknownMeterSeen, &kMeterIdentified, &kSupplyChanged, &kSupplyChangedUnexplained,
    &kClockDrift, &kClockSet, &kProbeRequested, &kLoadLimitRepeats, &kTariffIndexUnusual,
    &kSupplyDrift, &kAssociationRefused, &kKeysUnreadable, &kMeterSays, &kPushRefused,
    &kPushPartlyStored,
    // 03 lines and links
    &kLineOpened, &kLineFailed, &kLineRecovered, &kMeterQuarantine, &kNonsense, &kStrangerCalls,
    // 04 commands
    &kCommandAccepted, &kCommandScheduled, &kCommandSending, &kCommandSucceeded, &kCommandRejected,
    &kCommandFailed, &kCommandUnconfirmed, &kCommandSettled, &kCommandExpired, &kCommandCancelled,
    &kCommandRefused, &kTokenDuplicate, &kCommandSuperseded, &kCommandUnsettled, &kCommandRepeated,
    &kCommandWaiting, &kTokenIssued, &kTokenRedeemed, &kKeyChanged, &kTokenRefusedAtMeter,
    &kKeySetForgotten, &kRelayFuseBlown, &kRelayFuseReleased, &kRequesterLimited,
    // 05 collection
    &kPageStored, &kHoleFound, &kHoleFilled, &kHoleGivenUp, &kSynchronised, &kLogOverwritten,
    // 06 broker
    &kBrokerConnected, &kBrokerLost, &kBrokerRefused, &kOutboxGrowing, &kOutboxDrained,
    &kPublicationRefused, &kCertificateEnds,
    // 07 storage
    &kStorageFailed, &kDiskFull, &kStorageRecovered, &kFolded, &kRetained, &kJournalNotKept,
    &kLedgerDamaged, &kDiskReadOnly, &kAuditNotForwarded, &kValuesDropped,
    // 08 entries of meter logs
    &kMeterLogEntry,
    // 09 registry
    &kRegistryChanged, &kRegistryConflict, &kMeterUnplaced, &kMeterPlaced, &kTenancyChangeDue,
    // 10 tenancies, suppliers, tariffs
    &kTenancyChanged, &kTenancySynchronised, &kTenancyCheckFailed, &kTenancyErased,
    &kSupplierChanged, &kTariffMissing, &kChangeWaits, &kTenancyExported};

/// What the catalogue promises, proved by the compiler: ids are `MG` and four digits, rise, and
/// with the names are unique; every entry says what it means and what to do; braces match.
[[nodiscard]] consteval bool catalogue_is_sound() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    const EventDefinition& e = *kCatalogue[i];
    if (e.id.size() != 6 || e.id.substr(0, 2) != "MG") return false;
    for (const char c : e.id.substr(2)) {
      if (c < '0' || c > '9') return false;
    }
    if (i > 0 && kCatalogue[i - 1]->id >= e.id) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (kCatalogue[j]->name == e.name) return false;
    }
    if (e.name.empty() || e.text.empty() || e.meaning.empty() || e.action.empty()) return false;
    bool inside = false;
    std::size_t length = 0;
    for (const char c : e.text) {
      if (c == '{' && inside) return false;
      if (c == '}' && (!inside || length == 0)) return false;
      if (inside && c != '}' && c != '_' && (c < 'a' || c > 'z')) return false;
      length = inside ? length + 1 : 0;
      if (c == '{') inside = true;
      if (c == '}') inside = false;
    }
    if (inside) return false;
  }
  return true;
}
static_assert(catalogue_is_sound());

/// The definition with this id, or nothing.
[[nodiscard]] const EventDefinition* find_event(std::string_view id);

}  // namespace metergate::journal
