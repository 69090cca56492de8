// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/journal/journal.hpp"
#include "gateway/north/reply.hpp"
#include "gateway/runtime/collection/collection_run.hpp"
#include "meters/models/meter_model.hpp"

/// The words of the command desk: what is published, journalled and refused, given the facts. Pure.
namespace metergate::runtime {

[[nodiscard]] OutboxMessage answer_message(const north::Topics& topics, const Command& command,
                                           const Step& step);
[[nodiscard]] OutboxMessage refusal_message(const north::Topics& topics,
                                            const north::RefusedRequest& refused, UtcTime at);

[[nodiscard]] Refusal unknown_meter(const Command& command);
/// What the model cannot do of this command, if anything.
[[nodiscard]] std::optional<Refusal> unsupported(const Command& command,
                                                 const model::MeterModel& meter_model);

/// A change that would expire before its time.
[[nodiscard]] std::optional<Refusal> never_due(const Command& command);
/// A cancel that names its own id.
[[nodiscard]] std::optional<Refusal> aims_at_itself(const Command& command);

/// Whether the meter would gain credit by it: asked for here, or brought along. The deliveries of
/// what was made here were judged when it was.
[[nodiscard]] bool brings_credit(const Command& command);

/// What the meter's state, as last read, does not allow of this command. A meter in tamper may take
/// an order for its relay and stay off: the one who asked would wait for nothing (J-13).
[[nodiscard]] std::optional<Refusal> in_the_way(const Command& command, const StoredMeter& meter);

/// What the command brought back, as a JSON object.
[[nodiscard]] std::string order_result(const operation::OrderTaken& taken);
/// Of a change of tenancy: the tenancy it opened, and who did which part of it.
/// `is_cleared_by_token`: TenancyDesk::clearing_of has one.
[[nodiscard]] std::string change_result(const ChangeTenancy& change, const StoredMeter& meter,
                                        CapabilitySet abilities, bool is_cleared_by_token);
[[nodiscard]] std::string read_result(const CollectionSummary& summary);

[[nodiscard]] const journal::EventDefinition& journal_event(const Step& step);
[[nodiscard]] std::vector<journal::Field> journal_fields(const Command& command, const Step& step);

}  // namespace metergate::runtime
