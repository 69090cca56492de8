// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/ledger.hpp"
#include "tests/soak/flat.hpp"
#include "tests/soak/report.hpp"

/// The promises, each held against what a virtual meter itself remembers. Nothing of the gateway's
/// own reasoning is used: the ledger is read, the meter's truth is read, and they are compared.
namespace metergate::soak {

/// One flat under examination.
struct Case {
  const Flat& flat;
  const Ledger& ledger;
  StoredMeter stored;
  UtcSeconds began;  ///< the town's time when the soak began
  UtcSeconds now;
  Report& report;

  void broken(std::string promise, std::string expected, std::string found) const {
    report.violation(
        {flat.place->id, now, std::move(promise), std::move(expected), std::move(found)});
  }
};

/// Called after each stretch of time: what can be seen at the meter and in the gateway right now.
/// `reported`: what the gateway holds for the state of the relay, and when it read that.
void watch_relay(Flat& flat, const StoredMeter& reported, UtcSeconds now, Report& report);

/// Any time: no slot twice, none that the meter does not have so, no change fired twice.
void check_standing(const Case& one);

/// At the end, everything mended and told.
void check_commands(const Case& one);
void check_tenancies(const Case& one);
void check_slots(const Case& one);
void check_logs(const Case& one);
/// The relay as the gateway reports it is the relay as it is.
void check_relay(const Case& one);

/// A tenancy as both sides know it.
struct Boundary {
  Epoch epoch = 1;
  UtcSeconds effective{};  ///< by the meter; never before the one before
};
/// From the second epoch on. Says nothing of what does not fit (check_tenancies does).
[[nodiscard]] std::vector<Boundary> boundaries(const Case& one);

}  // namespace metergate::soak
