// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "gateway/journal/journal.hpp"
#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/ledger_keeper.hpp"

namespace metergate::runtime {

/// Sends each new entry of the audit trail on, in order and once it is durable, within a few
/// seconds. What nobody takes waits in the trail and is sent when somebody does; what was written
/// before the start is not sent: the trail itself is the truth, this is a copy for whoever watches.
class AuditForwarder {
 public:
  /// False: not now.
  using Send = std::function<bool(const std::string& line)>;

  /// An empty `send` forwards nothing.
  AuditForwarder(LedgerKeeper& keeper, Agenda& agenda, journal::Journal& journal, Send send);

  void start(Now now);
  void stop(Now now);

 private:
  void forward(Now now);
  void look_again(Now now);

  LedgerKeeper& keeper_;
  Agenda& agenda_;
  journal::Journal& journal_;
  Send send_;
  std::int64_t sent_ = 0;  ///< the number of the last entry that was taken
  journal::OnceInAWhile told_{std::chrono::hours{1}};
};

}  // namespace metergate::runtime
