// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "gateway/journal/journal.hpp"
#include "gateway/north/topics.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/collection/collection_run.hpp"
#include "gateway/runtime/collection/data_desk.hpp"
#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/tenancy/tenancy_look.hpp"

namespace metergate::runtime {

/// Opens tenancies and brings each into step with its meter.
///
/// Whatever shows first that a meter has changed its tenant - its answer to our order, its
/// transaction register, an entry of its configuration log - opens the new tenancy; the others find
/// it open (promise 7). Then the box fetches the new tenant's data set by itself, looks whether the
/// meter has erased what it was to erase, and tells. All of that goes on after a restart.
class TenancyDesk {
 public:
  struct Handlers {
    std::function<void(MeterUnit&)> state_changed;
    /// The change we ordered under this transaction, if its end is still open.
    std::function<std::optional<StoredCommand>(const MeterUnit&, operation::TransactionId)>
        find_change;
    /// Takes up a command of the box's own, or says why not.
    std::function<std::optional<Refusal>(const Command&, Now)> submit;
    /// Tokens for the meter were withheld, and may go now.
    std::function<void(MeterUnit&, Now)> orders_free;
  };

  struct Rights {
    RightsInForce in_force;
    bool makes_tokens = false;  ///< there is a key store
  };

  TenancyDesk(LedgerKeeper& keeper, journal::Journal& journal, Agenda& agenda, DataDesk& data,
              const north::Topics& topics, Rights rights, Handlers handlers);

  /// Whether this verb changes whom a meter serves or what it charges.
  [[nodiscard]] static bool is_change(Verb verb);
  /// Whether whoever asks for such a change may have it; a denial goes to the audit trail.
  [[nodiscard]] Result<access::Granted, Refusal> decide(const Command& command, Now now);
  /// The order, into the audit trail and the open transaction of the ledger.
  [[nodiscard]] bool record_order(const Command& command, const access::Granted& by, Now now);

  /// The token that takes the leaving tenant's credit off a meter which has no order of its own for
  /// a change of tenancy (J-25); nothing where that is not asked for, or cannot be.
  [[nodiscard]] std::optional<Command> clearing_of(const Command& change, const MeterUnit& meter,
                                                   UtcTime now) const;
  /// Whether this token has to wait: the credit it brings would be cleared with the old tenant's.
  [[nodiscard]] bool withholds(const MeterUnit& meter, const Command& order) const;

  /// Goes on with what an earlier run left unfinished.
  void resume(MeterUnit& meter, Now now);
  /// A change of tenancy of ours was carried out. Into the open transaction of the ledger. False:
  /// it failed, and the caller gives up.
  [[nodiscard]] bool carried_out(MeterUnit& meter, const StoredCommand& change,
                                 TenancyEvidence evidence, Now now);
  /// The meter's configuration log tells of a change that is not known yet.
  void seen_in_log(MeterUnit& meter, const LogEntry& entry, Now now);

  /// The meter can be asked again.
  void meter_awake(MeterUnit& meter, Now now);
  void meter_removed(MeterUnit& meter);
  /// What was begun since the ledger's last commit is not there any more.
  void forget_all();
  void stop();

 private:
  struct Sync {
    Epoch epoch = 1;
    std::unique_ptr<CollectionRun> run;
    std::unique_ptr<TenancyLook> look;
    std::optional<RegisterReading> registers;
    std::optional<TariffReading> tariff;
    std::optional<Agenda::Entry> again;
    std::optional<CommandId> clearing;    ///< not ended yet
    std::optional<TenancyCheck> cleared;  ///< ... and what came of it
  };

  [[nodiscard]] bool open(MeterUnit& meter, const TenancyBegin& begin, Now now);
  /// Whether the change that came under this transaction has opened a tenancy already; logs that
  /// were not purged go on telling of it.
  [[nodiscard]] bool is_known(const MeterUnit& meter, operation::TransactionId transaction);
  [[nodiscard]] UtcSeconds effective_of(const MeterUnit& meter, const StoredCommand& change,
                                        Now now);
  void synchronise(MeterUnit& meter, Now now);
  /// False: the clearing of the old tenant's credit has not ended.
  [[nodiscard]] bool clear(MeterUnit& meter, const StoredTenancy& tenancy, Sync& sync, Now now);
  void collected(MeterUnit& meter, const CollectionSummary& summary, Now now);
  void looked(MeterUnit& meter, std::optional<work::AfterChange> after, Now now);
  void try_again(MeterUnit& meter, Now now);
  void finish(MeterUnit& meter, const StoredTenancy& tenancy,
              const std::vector<TenancyCheck>& checks, Now now);
  [[nodiscard]] std::optional<StoredTenancy> open_tenancy_of(const MeterUnit& meter);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  Agenda& agenda_;
  DataDesk& data_;
  const north::Topics& topics_;
  Rights rights_;
  Handlers handlers_;
  std::map<const MeterUnit*, Sync> syncs_;
  bool stopped_ = false;
};

}  // namespace metergate::runtime
