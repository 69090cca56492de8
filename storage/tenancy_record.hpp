// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/identity.hpp"
#include "meters/tenancy.hpp"
#include "meters/time.hpp"
#include "storage/ledger.hpp"

namespace metergate {

/// How a change of tenancy was recognised; whichever comes first opens the tenancy (P-31).
enum class TenancyEvidence : std::uint8_t {
  Response,  ///< the meter took our order
  ReadBack,  ///< the answer was lost; the meter's transaction register says it took the order
  LogEntry,  ///< its configuration log says so, pushed or read
  Box,       ///< a model without an order for it: the box drew the line after all had been read
};
/// `response`, `read-back`, `log-entry`, `box`
[[nodiscard]] std::string_view tenancy_evidence_word(TenancyEvidence evidence);

/// The beginning of a tenancy, as far as the box knows it.
struct TenancyBegin {
  UtcSeconds effective;                      ///< on the meter's clock
  UtcSeconds first_interval;                 ///< start of the survey period of `effective` (P-23)
  std::chrono::sys_days first_day;           ///< the first midnight snapshot of the new tenant
  operation::TransactionId transaction = 0;  ///< 0: somebody else's change
  std::optional<CommandId> command{};        ///< ours that asked for it
  TenancyEvidence evidence = TenancyEvidence::LogEntry;
  std::optional<ChangeActions> actions{};  ///< what was asked for, where we know
  RelayAfter relay = RelayAfter::Unchanged;
};

struct StoredTenancy {
  Epoch epoch = 1;
  UtcTime starts;               ///< when the box opened it
  std::optional<UtcTime> ends;  ///< when the next one was opened; from then on it is sealed
  std::optional<UtcSeconds> effective{};
  operation::TransactionId transaction = 0;
  std::string command{};
  std::string evidence{};
  std::optional<ChangeActions> actions{};
  RelayAfter relay = RelayAfter::Unchanged;
  std::optional<UtcTime> synchronised{};
  std::string checks_json{};  ///< what was verified at the meter, with each item's finding
  std::optional<UtcTime> erased{};

  [[nodiscard]] bool sealed() const { return ends.has_value(); }
};

struct TenancyToSynchronise {
  MeterKey meter = 0;
  Epoch epoch = 1;
};

}  // namespace metergate
