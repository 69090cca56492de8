// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/links/mqtt_client.hpp"
#include "gateway/north/reply.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"

namespace metergate::runtime {

/// Brings the outbox to the broker: answers to commands first and in their order, then meter-days
/// of data, newest day first, then retained states. Only what is durable is published, and a row
/// leaves the outbox only when the broker has acknowledged it; after a loss of the connection
/// whatever was on its way goes again (at least once; every message is safe to receive twice).
class Publisher {
 public:
  using Publish = std::function<void(MqttMessage, std::function<void(Published)>)>;
  using FindMeter = std::function<MeterUnit*(MeterKey)>;
  using MeterState = std::function<std::string(MeterUnit&)>;

  struct Handlers {
    Publish publish;
    FindMeter find_meter;
    MeterState meter_state;  ///< the payload of a meter's retained state, made when it is sent
  };

  Publisher(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock, Agenda& agenda,
            const north::Topics& topics, std::size_t max_in_flight, Handlers handlers);

  void connected();
  void disconnected();
  /// Something was committed: there may be more to publish.
  void committed();
  /// The meter's retained state is to be published (again): in a moment, since what changed it may
  /// do so again, and an order on its way to the meter goes first.
  void state_changed(MeterUnit& meter);
  /// Nothing waits for its moment any more.
  void stop();
  /// Queues what somebody waits for. What the ledger does not take, or loses before its commit, is
  /// tried once, at once.
  void tell(OutboxMessage message);
  /// The ledger lost what was not committed.
  void rolled_back();

 private:
  using DataKey = std::tuple<MeterKey, Epoch, DataKind, std::chrono::sys_days>;
  [[nodiscard]] static DataKey key_of(const OutboxData& row) {
    return {row.meter, row.epoch, row.kind, row.day};
  }

  void send_now(OutboxMessage message);
  void take_changed_states();
  void release_states();
  /// Gives back what was taken of a backlog a while ago, to be taken anew, newest first.
  void let_live_data_pass();
  void load();
  void pump();
  /// Takes the next part of a backlog as soon as the one before is on its way.
  void go_on_with_backlog();
  void publish(MqttMessage message, std::function<void(Published)> ended);
  /// One message of a meter-day, and what of it is left for the next.
  struct Part {
    MqttMessage message;
    std::optional<OutboxData> rest;
  };
  [[nodiscard]] std::optional<Part> message_of(const OutboxData& data);
  static MqttMessage message_of(const OutboxMessage& message);
  [[nodiscard]] std::optional<std::vector<ProfileInterval>> profile_of(const OutboxData& row);
  /// Into `profiles_`: of this row and of those behind it in `data_` that are of the same day.
  void read_profiles_from(const OutboxData& row);
  /// The broker will not have it there. An answer goes to its meter's own result topic instead.
  void refused(const OutboxMessage& message);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const Clock& clock_;
  Agenda& agenda_;
  const north::Topics& topics_;
  std::size_t max_in_flight_;
  Handlers handlers_;
  journal::OnceInAWhile refusals_{std::chrono::minutes{10}};
  bool connected_ = false;
  std::uint64_t connection_ = 0;  ///< counts connections: late answers of an old one are ignored
  std::size_t in_flight_ = 0;
  std::int64_t loaded_to_ = 0;  ///< id of the last outbox message taken into `messages_`
  std::deque<OutboxMessage> messages_;
  std::deque<OutboxData> data_;
  Instant data_taken_at_{};
  bool more_data_ = false;                       ///< the outbox held more than was taken
  std::map<DataKey, Ledger::Profile> profiles_;  ///< read ahead for rows of `data_`
  std::set<DataKey> data_under_way_;
  std::set<DataKey> refused_days_;  ///< a part of them was: they wait for the next connection
  std::vector<OutboxMessage> uncommitted_;  ///< told, and queued since the last commit
  std::set<MeterUnit*> changed_;            ///< their states' moment is to come
  std::set<MeterUnit*> states_;             ///< to be published
  std::optional<Agenda::Entry> states_planned_;
};

}  // namespace metergate::runtime
