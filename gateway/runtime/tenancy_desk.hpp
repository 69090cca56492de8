// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "gateway/access/decide_right.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/north/topics.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/collection_run.hpp"
#include "gateway/runtime/data_desk.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/tenancy_look.hpp"

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
  };

  struct Rights {
    const AccessRules& rules;
    std::string own_user;  ///< who the gateway runs as
  };

  TenancyDesk(LedgerKeeper& keeper, journal::Journal& journal, Agenda& agenda, DataDesk& data,
              const north::Topics& topics, Rights rights, Handlers handlers);

  /// Whether this verb changes whom a meter serves or what it charges.
  [[nodiscard]] static bool is_change(Verb verb);
  /// Whether whoever asks for such a change may have it; a denial goes to the audit trail.
  [[nodiscard]] Result<access::Granted, Refusal> decide(const Command& command, Now now);
  /// The order, into the audit trail and the open transaction of the ledger.
  [[nodiscard]] bool record_order(const Command& command, const access::Granted& by, Now now);

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
  };

  [[nodiscard]] bool open(MeterUnit& meter, const TenancyBegin& begin, Now now);
  [[nodiscard]] UtcSeconds effective_of(const MeterUnit& meter, const StoredCommand& change,
                                        Now now);
  void synchronise(MeterUnit& meter, Now now);
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
  std::map<MeterUnit*, Sync> syncs_;
  bool stopped_ = false;
};

}  // namespace metergate::runtime
