// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "storage/ledger.hpp"
#include "storage/sqlite/statement.hpp"

namespace metergate {

/// The columns `read_command` expects, in its order; a WHERE or ORDER BY follows.
#define METERGATE_SELECT_COMMAND                                                                 \
  "SELECT c.key, c.id, m.id, c.verb, c.token_digits, c.token_kind, c.token_allow_repeat,"        \
  " c.relay_state, c.read_classes, c.read_from_s, c.read_to_s, c.clock_time_s, c.cancel_id,"     \
  " c.issued_ms, c.expires_ms, c.stated_expires_ms, c.not_before_ms, c.priority, c.operator,"    \
  " c.work_order, c.comment, c.response_topic, c.correlation_data, c.origin, c.state, c.reason," \
  " c.attempt, c.transaction_id, c.accepted_ms, c.changed_ms, c.result_json, c.body_digest,"     \
  " c.issue_function, c.issue_value, c.issue_word, c.issue_old_group, c.issue_confirmed,"        \
  " c.issue_delivery, c.issue_channel, c.issue_cleared, c.registry_change, c.registry_meter,"    \
  " c.registry_new_meter, c.registry_location, c.registry_new_location, c.registry_customer, "   \
  "c.registry_serial, c.registry_seat,"                                                          \
  " c.registry_effective_ms, c.change_effective_s, c.change_actions, c.change_relay,"            \
  " c.change_event, c.change_situation, c.change_uncollected, c.supplier_id, c.supplier_name,"   \
  " c.tariff_id, c.tariff_price, c.sealed_epoch, c.sealed_publish, c.registry_change_tenancy"    \
  " FROM command c JOIN meter m ON m.key = c.meter "
inline constexpr int kBodyDigestColumn = 31;

/// Nothing when a word of the row is unknown or its parameters are not those of its verb.
[[nodiscard]] std::optional<StoredCommand> read_command(const sqlite::Row& row);

}  // namespace metergate
