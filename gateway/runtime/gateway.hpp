// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/model_file.hpp"
#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/links/link.hpp"
#include "gateway/links/mqtt_client.hpp"
#include "gateway/meter_mqtt/push.hpp"
#include "gateway/metrics/figures.hpp"
#include "gateway/runtime/audit/audit_forwarder.hpp"
#include "gateway/runtime/audit/audit_head_teller.hpp"
#include "gateway/runtime/collection/collection_desk.hpp"
#include "gateway/runtime/collection/data_desk.hpp"
#include "gateway/runtime/collection/push_desk.hpp"
#include "gateway/runtime/commands/command_desk.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/lines/dlms_meters.hpp"
#include "gateway/runtime/publisher.hpp"
#include "gateway/runtime/registry_desk.hpp"
#include "storage/folded.hpp"

namespace metergate::metrics {
class Metrics;
}

namespace metergate::runtime {

/// The ways out of the gateway, so that a test can put its own in their place.
struct Ways {
  /// Told by the line itself when its device comes and goes.
  using LineState = std::function<void(bool up, std::string why)>;
  std::function<std::unique_ptr<Link>(const config::Line&, LineState)> make_line;
  /// The same for lines that speak DLMS; not asked for without one.
  std::function<std::unique_ptr<DlmsMeterLink>(const config::Line&, DlmsMeterLink::Hooks)>
      make_dlms_line{};
  DlmsMeters::ReadSecrets dlms_secrets{};
  /// The link to all meters on MQTT; not asked for without `[mqtt_meters]`.
  std::function<std::unique_ptr<Link>()> make_mqtt_meters;
  Publisher::Publish publish;
  keys::VendingKeys* keys = nullptr;    ///< null: no tokens are made on this box
  metrics::Metrics* metrics = nullptr;  ///< told of requests and commands that ended; null: nobody
  /// Told of every request that ended; empty: nobody is.
  using RequestEnded = std::function<void(const std::string& link, const MeterId&,
                                          const WireResult&, Duration on_wire)>;
  RequestEnded request_ended{};
  std::string own_user{};  ///< who the gateway runs as: owner of the box, as root is
  std::optional<crypto::Ed25519KeyPair> audit_key{};  ///< signs the heads of the audit trail
  AuditForwarder::Send forward_audit{};               ///< takes its entries; empty: nobody does
};

/// The house put together: meters, links, desks. Knows no socket, no signal and no thread; whatever
/// happens is a call with the time in it, so whole stories run in a test in no time.
class Gateway {
 public:
  Gateway(config::Configuration configuration, config::ModelCatalogue models, Ledger& ledger,
          journal::Journal& journal, const Clock& clock, Agenda& agenda, Ways ways);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Takes up meters and unfinished commands; sessions begin.
  void start();
  /// Orders what is still open: no intake, no new requests, everything written down.
  void stop();

  /// Meters, new models, schedules and the log level as the files now say. Every change is
  /// journalled, also what can only change at the next start.
  void reload(config::Configuration next, config::ModelCatalogue models);

  // ---- from the north ---------------------------------------------------------------------------
  void north_connected();
  void north_lost(const ConnectionLoss& loss);
  /// `release`: the broker may forget the message, the ledger has it (or it has been answered).
  void north_message(MqttMessage message, const std::function<void()>& release);
  [[nodiscard]] Submitted submit(const Command& command);
  using StepListener = std::function<void(const Command&, const Step&)>;
  /// Every durable step of every command, until the returned number is given to `stop_listening`.
  std::uint64_t listen(StepListener listener);
  void stop_listening(std::uint64_t listener);

  // ---- from the meters' broker ------------------------------------------------------------------
  void meter_presence(const std::string& name, bool online, const std::string& serial);
  void meter_push(const std::string& name, const meter_mqtt::Push& push);
  [[nodiscard]] bool knows_meter_topic(const std::string& name) const {
    return topic_names_.contains(name);
  }
  void meter_nonsense(const std::string& name, const std::string& what);
  void meters_connected();
  void meters_lost(const ConnectionLoss& loss);

  // ---- for the engineer -------------------------------------------------------------------------
  [[nodiscard]] MeterUnit* find_meter(const MeterId& id);
  [[nodiscard]] bool probe(const MeterId& id, const std::string& user);
  /// False: it could not be written down.
  [[nodiscard]] bool release_fuse(const RelayFuse::Person& by) {
    return commands_.release_fuse(by, clock_.now());
  }
  /// Every exchange with the meter for so long, then `over`; sooner with `stop_tracing`.
  std::uint64_t trace(const MeterId& id, Duration length, Tracers::Tracer tracer,
                      std::function<void()> over);
  void stop_tracing(std::uint64_t number) { tracers_.remove(number); }
  [[nodiscard]] std::size_t traces() const { return tracers_.count(); }
  [[nodiscard]] const std::map<MeterId, std::unique_ptr<MeterUnit>>& meters() const {
    return meters_;
  }
  [[nodiscard]] north::GatewayState state() const;
  /// The box in numbers, for the page of figures and the line of `systemctl status`.
  [[nodiscard]] metrics::Figures figures();
  /// Every line's worker and the ledger's writer have moved lately: what a watchdog wants to know.
  [[nodiscard]] bool makes_progress(Instant now) const;
  [[nodiscard]] const north::Topics& topics() const { return topics_; }
  [[nodiscard]] north::Limits limits() const;
  [[nodiscard]] const AccessRules& access_rules() const { return configuration_.access; }
  /// As it is published.
  [[nodiscard]] std::string meter_state(MeterUnit& meter);

 private:
  static constexpr std::string_view kMqttLink = "mqtt";

  void add_line(const config::Line& line);
  /// A new link, carried by a runner of its own.
  void add_runner(const std::string& name, std::unique_ptr<Link> link);
  void add_meters(const std::vector<config::Meter>& meters, Now now);
  void add_meter(const config::Meter& settings, Now now);
  void add_meter(const config::Meter& settings, StoredMeter stored, Now now);
  void remove_meter(MeterUnit& meter, Now now);
  [[nodiscard]] const config::Schedule& schedule(const std::string& name);
  [[nodiscard]] MeterUnit* by_topic_name(const std::string& name);
  void session_changed(MeterUnit& meter, session::Change change, const std::string& why);
  [[nodiscard]] DlmsMeters::Heard dlms_heard();
  /// A meter that comes and goes by itself.
  void appeared(MeterUnit& meter, bool here, const std::string& why, Now now);
  void line_state(const std::string& line, bool up, const std::string& why);
  void tell_loss(const std::string& broker, const ConnectionLoss& loss, std::string& last);
  void listen_for_metrics();
  void count_requests(LinkRunner& runner);
  void tell_state();
  void housekeep(Now now);
  void watch_clock(Now now);
  [[nodiscard]] std::size_t fold(Now now);
  void tell_overfull(const Folded::Overfull& one, Now now);
  void raise_alarm(const JournalRow& row);
  void take_up_after_rollback(Now now);
  void resume_synchronising(Now now);
  void correct_clock(MeterUnit& meter);

  config::Configuration configuration_;
  config::ModelCatalogue models_;
  Ledger& ledger_;
  journal::Journal& journal_;
  const Clock& clock_;
  Agenda& agenda_;
  Ways ways_;
  north::Topics topics_;
  UtcTime started_at_;
  LedgerKeeper keeper_;
  DlmsMeters dlms_;  // before the runners, whose links call it
  std::map<std::string, std::unique_ptr<config::Schedule>> schedules_;
  std::map<std::string, std::unique_ptr<Driver>> drivers_;
  Tracers tracers_;
  std::map<std::string, std::unique_ptr<LinkRunner>> runners_;
  std::map<MeterId, std::unique_ptr<MeterUnit>> meters_;
  std::map<std::string, MeterUnit*> topic_names_;
  std::map<MeterKey, MeterUnit*> keys_;
  std::map<std::string, bool> line_up_;
  std::map<std::uint64_t, StepListener> listeners_;
  std::uint64_t last_listener_ = 0;
  Publisher publisher_;
  DataDesk data_;
  PushDesk pushes_;
  RegistryDesk registry_;
  TokenDesk tokens_;
  TenancyDesk tenancy_;
  SealedDesk sealed_;
  CommandDesk commands_;
  CollectionDesk collection_;
  AuditHeadTeller audit_head_;
  AuditForwarder audit_forwarder_;
  journal::OnceInAWhile nonsense_{std::chrono::minutes{1}};
  bool outbox_was_large_ = false;
  std::size_t retained_ = 0;  ///< rows deleted that the journal has not told of
  bool north_up_ = false;
  std::optional<Instant> outbox_filled_at_;  ///< as last looked at
  std::optional<Now> last_look_;             ///< at both clocks, to notice when the box's is set
  std::string north_trouble_;                ///< why the broker was last lost; said once
  std::string meters_trouble_;
};

}  // namespace metergate::runtime
