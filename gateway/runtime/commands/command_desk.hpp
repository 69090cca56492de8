// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "gateway/journal/journal.hpp"
#include "gateway/north/reply.hpp"
#include "gateway/north/request.hpp"
#include "gateway/runtime/collection/collection_run.hpp"
#include "gateway/runtime/collection/data_desk.hpp"
#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/commands/mass_limit.hpp"
#include "gateway/runtime/commands/relay_fuse.hpp"
#include "gateway/runtime/commands/requester_gate.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/lines/link_runner.hpp"
#include "gateway/runtime/registry_desk.hpp"
#include "gateway/runtime/tenancy/sealed_desk.hpp"
#include "gateway/runtime/tenancy/tenancy_desk.hpp"
#include "gateway/runtime/tokens/token_desk.hpp"
#include "gateway/work/order_procedure.hpp"

namespace metergate::runtime {

struct CommandLimits {
  std::size_t live_commands = 10'000;
  std::size_t live_commands_per_meter = 100;
  Duration settle_limit = std::chrono::hours{24};
  config::RelayOffFuse relay_off_fuse{};
  config::RequesterLimit requester_limit{};
};

/// What became of a request at the desk.
struct CommandTaken {
  CommandKey key;
};
struct CommandKnown {
  StoredCommand command;  ///< answered with where it stands
};
using Submitted = std::variant<CommandTaken, CommandKnown, north::RefusedRequest>;

/// Takes commands, writes them down, brings each through its life and tells every step.
///
/// Per meter there are two lanes, each worked off one at a time in the order of acceptance: orders
/// that change the meter, and reads. So a token never waits for a synchronisation, and never
/// overtakes another token.
class CommandDesk {
 public:
  using FindMeter = std::function<MeterUnit*(const MeterId&)>;
  /// Every step, after it is durable: the control socket's listeners.
  using StepTaken = std::function<void(const Command&, const Step&)>;

  /// Answers that cannot be written down any more (the disk is full) are given straight away.
  /// Queues it, or sends it once at once where the ledger does not take it.
  using Answer = std::function<void(OutboxMessage)>;
  struct Handlers {
    FindMeter find_meter;
    StepTaken step_taken;
    Answer answer;
    RelayFuse::LineOf line_of;
    /// A command was turned away.
    std::function<void(Reason)> refused;
  };

  CommandDesk(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock, Agenda& agenda,
              DataDesk& data, TokenDesk& tokens, RegistryDesk& registry, TenancyDesk& tenancy,
              SealedDesk& sealed, const north::Topics& topics, RightsInForce rights,
              CommandLimits limits, Handlers handlers);
  ~CommandDesk();
  CommandDesk(const CommandDesk&) = delete;
  CommandDesk& operator=(const CommandDesk&) = delete;

  /// Takes up what an earlier run of the gateway left unfinished. Once, after the meters are there.
  void resume(Now now);
  /// The ledger lost what was not committed: every command is taken up again from where it says.
  void resume_after_rollback(Now now);

  /// Durable when this returns `CommandTaken`. A refusal is queued for its sender as well.
  [[nodiscard]] Submitted submit(const Command& command, Now now);
  /// A request that could not even be decoded: its answer is queued.
  void refuse(const north::RefusedRequest& refused, Now now);

  /// Tokens that waited for the clearing of an old tenant's credit may go.
  void orders_free(MeterUnit& meter, Now now);
  /// The meter can be asked again: what waits for it goes on at once.
  void meter_awake(MeterUnit& meter, Now now);
  /// The wall clock was set: what was to wait for its time may be due.
  void clock_stepped(Now now);
  /// Who may what is another now: what waits and has lost its right ends.
  void rights_changed(Now now);
  /// Commands of a meter that was taken out of the configuration end.
  void meter_removed(MeterUnit& meter, Now now);
  /// Takes nothing more; an order on the wire keeps its record and is settled after the restart.
  void stop();

  /// The change of tenancy that was sent to the meter under this transaction and has not ended.
  [[nodiscard]] std::optional<StoredCommand> change_sent(const MeterUnit& meter,
                                                         operation::TransactionId id) const;
  /// A person at the box lets more supplies be opened.
  [[nodiscard]] bool release_fuse(const RelayFuse::Person& by, Now now) {
    return fuse_.release(by, now);
  }
  [[nodiscard]] std::size_t live() const { return live_.size(); }
  [[nodiscard]] bool has_room(const MeterUnit& meter) const { return !no_room(meter); }

 private:
  struct Live;
  enum class Lane : std::uint8_t { Orders, Reads };
  using LaneKey = std::pair<const MeterUnit*, Lane>;

  [[nodiscard]] std::optional<Refusal> no_room(const MeterUnit& meter) const;
  [[nodiscard]] std::optional<Refusal> judge(const Command& command, const MeterUnit* meter) const;
  /// What was judged of a new command before it is written down.
  struct Judged {
    std::optional<access::Granted> granted;
    std::optional<PreparedTokens> tokens;
  };
  /// Whose right it is; null where nobody had to be known.
  [[nodiscard]] static const access::Granted* judged_by(const Judged& judged);
  [[nodiscard]] Result<Judged, Refusal> judge_right(const Command& command, MeterUnit& meter,
                                                    Now now);
  /// The verbs that need a right of a role; empty: nobody has to be granted this one.
  [[nodiscard]] Result<std::optional<access::Granted>, Refusal> granted(const Command& command,
                                                                        const MeterUnit& meter,
                                                                        Now now);
  /// By whose right it was taken, for `right_lost`; and of what is dangerous, into the audit trail.
  [[nodiscard]] bool note_right(CommandKey key, const Command& command, const Judged& judged,
                                Now now);
  [[nodiscard]] bool note_connect(const Command& command, const access::Granted& by, Now now);
  /// Into the open transaction: nobody may hear of it before its commit.
  using Superseded = std::vector<std::pair<CommandKey, Step>>;
  struct WrittenDown {
    StoredCommand stored;
    MeterUnit* meter;
    Superseded older{};  ///< ends with the same commit
  };
  using Entered = std::variant<WrittenDown, CommandKnown, north::RefusedRequest>;
  [[nodiscard]] Entered write_down(const Command& command, Now now);
  /// After the commit.
  CommandTaken begin_life(WrittenDown written, Now now);
  [[nodiscard]] north::RefusedRequest turn_away(const Command& command, Refusal refusal, Now now);
  /// Whether it is one too many of its requester's; a repeat is answered all the same.
  [[nodiscard]] std::optional<Refusal> one_too_many(const Command& command, Now now);
  /// What the box is asked itself is judged, done and ended in one commit.
  [[nodiscard]] Submitted submit_to_box(const Command& command, Now now);
  void answer_again(const Command& asked, const StoredCommand& known);
  void take_up(StoredCommand stored, MeterUnit& meter, Now now);
  Live& place(StoredCommand stored, MeterUnit& meter, Now now);
  /// What is placed begins, or waits for its turn.
  void go(CommandKey key, Now now);
  [[nodiscard]] static bool waits_for_turn(Verb verb);
  /// Its meter is no longer in the configuration: nobody will ever know more of it.
  void end_without_meter(const StoredCommand& stored, Now now);
  void arm_expiry(Live& live);
  void advance_lane(LaneKey lane, Now now);
  void begin(Live& live, Now now);
  void perform(CommandKey key, work::Effects effects, Now now);
  void perform_operation(Live& live, operation::Operation operation);
  enum class Sent : std::uint8_t { Yes, LimitReached, TooLate, NotWritten };
  [[nodiscard]] Sent transmit(Live& live, Now now);
  /// The end of what may not be carried out any more; its denial goes to the audit trail with it.
  [[nodiscard]] work::Move withdrawn(const Live& live, const Refusal& lost, Now now);
  // command_changes.cpp
  [[nodiscard]] std::optional<UtcTime> due_at(const Live& live) const;
  /// Into the open transaction; nothing: the ledger failed.
  [[nodiscard]] std::optional<Superseded> supersede_older(const Command& newer, Now now);
  enum class Prepared : std::uint8_t { Yes, UnderWay };
  [[nodiscard]] Prepared prepare(Live& live, Now now);
  void prepared(CommandKey key, const CollectionSummary& summary, Now now);
  [[nodiscard]] bool open_tenancy(Live& live, const work::Move& move, Now now);

  /// At most so many times, until one is answered.
  void look_at_relay(MeterUnit& meter, int looks);

  void begin_read(Live& live, Now now);
  void read_ended(CommandKey key, const CollectionSummary& summary, Now now);
  void cancel_other(Live& live, Now now);
  void tokens_made(Live& live, Now now);
  /// Writes the step, queues its publication; durable on return. False: the ledger failed.
  bool record(Live& live, work::Move move, Now now, std::string result_json = {});
  [[nodiscard]] static Step step_of(const StoredCommand& stored, CommandState next, work::Move move,
                                    Now now);
  /// Into the open transaction, with its answer.
  [[nodiscard]] bool write_step(const StoredCommand& stored, const Step& step);
  /// What is written down holds from now on.
  void take_step(Live& live, const Step& step);
  void tell(const StoredCommand& command, const Step& step);
  void finish(CommandKey key, Now now);
  void expire(CommandKey key, Now now);
  void perform_later(CommandKey key, work::Effects effects);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const Clock& clock_;
  Agenda& agenda_;
  DataDesk& data_;
  TokenDesk& tokens_;
  RegistryDesk& registry_;
  TenancyDesk& tenancy_;
  SealedDesk& sealed_;
  const north::Topics& topics_;
  RightsInForce rights_;
  CommandLimits limits_;
  Handlers handlers_;
  RelayFuse fuse_;
  RequesterGate gate_;
  MassLimit mass_limit_;
  std::map<CommandKey, std::unique_ptr<Live>> live_;
  std::map<LaneKey, std::deque<CommandKey>> lanes_;
  /// Numbers the lives, so that no late callback takes one for another.
  std::uint64_t last_life_ = 0;
  bool stopping_ = false;
};

}  // namespace metergate::runtime
