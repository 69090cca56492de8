// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/access/decide.hpp"
#include "gateway/issue/token_plan.hpp"
#include "gateway/keys/vending_keys.hpp"
#include "gateway/north/token_messages.hpp"
#include "gateway/north/topics.hpp"
#include "gateway/runtime/clock.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "meters/token_log.hpp"

namespace metergate::runtime {

/// A token made and not yet written down.
struct PreparedIssue {
  TokenIssue issue;
  access::Granted by;
};
/// Outstanding tokens that are to be sent or handed out again.
struct PreparedResend {
  std::vector<TokenIssue> issues;  ///< oldest first
  access::Granted by;
};
using PreparedTokens = std::variant<PreparedIssue, PreparedResend>;

/// Makes tokens, keeps their transactions and follows each until its meter has it or said no.
///
/// Written down together with the command that asked, in one commit: a token without a transaction,
/// or a transaction without its token, is never on disk (J-09). What goes to a meter is a
/// `deliver-token` command of its own, so it has that command's whole care; the tokens of a set,
/// and those sent again in one go, follow one another, each when the one before was taken (J-07,
/// J-51).
class TokenDesk {
 public:
  struct Handlers {
    /// Takes up a delivery; its end comes to `delivery_ended`.
    std::function<void(const Command&, Now)> deliver;
    /// Whether a delivery to this meter would not be turned away for lack of room.
    std::function<bool(const MeterUnit&)> has_room;
  };

  struct Rights {
    keys::VendingKeys* keys;  ///< null: no key store is configured, and every issue is refused
    const AccessRules& rules;
    std::string own_user;  ///< who the gateway runs as
  };

  TokenDesk(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
            const north::Topics& topics, Rights rights, Handlers handlers);

  /// What the configuration says of a meter's key, unless the ledger knows better.
  void meter_added(MeterUnit& meter);

  /// Judges and makes; writes nothing.
  [[nodiscard]] Result<PreparedTokens, Refusal> prepare(const Command& command, MeterUnit& meter,
                                                        Now now);
  /// Into the open transaction of the ledger. False: it failed, and the caller gives up.
  [[nodiscard]] bool store(const PreparedTokens& prepared, const Command& command, MeterUnit& meter,
                           Now now);
  /// What the asker is told: a JSON object.
  [[nodiscard]] std::string result_of(const Command& command, MeterUnit& meter);

  /// Starts the deliveries that are due. After `store` is durable, and once after a start.
  void deliver_due(MeterUnit& meter, Now now);
  /// A command ended: deliveries that found no room are tried again.
  void room_made(Now now);
  [[nodiscard]] bool waits_for_room() const { return !waiting_.empty(); }
  /// A delivery came to its end.
  void delivery_ended(const CommandId& delivery, MeterUnit& meter, Now now);
  /// The meter's token log shows a code that was keyed in: evidence for one of ours, perhaps
  /// (J-02).
  void keyed_in(MeterUnit& meter, const token_log::KeyedCode& code, UtcSeconds at, Now now);

 private:
  [[nodiscard]] Result<PreparedTokens, Refusal> make(const IssueToken& asked,
                                                     const Command& command, MeterUnit& meter,
                                                     Now now);
  [[nodiscard]] Result<PreparedTokens, Refusal> collect(const ResendTokens& asked,
                                                        const Command& command, MeterUnit& meter);
  [[nodiscard]] Stored<bool> key_change_on_its_way(const MeterUnit& meter, const StoredSts& sts);
  [[nodiscard]] Result<access::Identities, Refusal> identify(const Command& command) const;
  /// Into the open transaction.
  [[nodiscard]] bool audit(AuditKind kind, const Command& command, const access::Granted& by,
                           std::string details_json, Now now);
  void audit_refusal(const Command& command, const Refusal& refusal, Now now);
  [[nodiscard]] bool hand_over(const TokenIssue& issue, HandChannel channel, const Command& command,
                               MeterUnit& meter, Now now);
  [[nodiscard]] north::TokenMeter whose_tokens(const MeterUnit& meter) const;
  /// What a meter said of a token, in its session or by its log.
  struct Settlement {
    IssuedState state;
    std::optional<operation::MeterRefusal> refusal;
    UtcTime at;  ///< by the meter's clock where its log tells
  };
  void settle(const TokenIssue& issue, IssuedToken token, Settlement settlement, const Command& by,
              MeterUnit& meter, Now now);
  /// To whoever had it made: its asker has had a final answer long ago.
  void tell_state(const CommandId& issue, const MeterUnit& meter, Now now);
  /// The meter took a token: of a set, the last one makes the key change.
  void taken_of_set(const TokenIssue& issue, std::uint16_t number, UtcTime at, MeterUnit& meter,
                    Now now);
  /// ... and refused one: the others of its set are of no use any more.
  void give_up_set(const TokenIssue& issue, std::uint16_t refused, MeterUnit& meter, Now now);
  /// The meter took these, waited for the rest and has dropped them.
  void forget(const TokenIssue& set, std::vector<IssuedToken> tokens, MeterUnit& meter, Now now);
  /// The tokens that were to follow this one are not sent any more.
  void stop_batch(const std::vector<TokenIssue>& issues, const std::string& command, Now now);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const Clock& clock_;
  const north::Topics& topics_;
  Rights rights_;
  Handlers handlers_;
  std::vector<MeterUnit*> waiting_;  ///< with deliveries that found no room, the longest first
};

}  // namespace metergate::runtime
