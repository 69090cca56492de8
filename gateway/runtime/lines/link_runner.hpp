// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/links/link.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/clock.hpp"
#include "gateway/runtime/lines/trace.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

using JobId = std::uint64_t;

/// Carries operations over one link: at every free place on the wire the most urgent request that
/// may go goes, whoever's it is. Between two requests of a long operation a command slips in.
///
/// Order: priority, then the order of submission. A meter has one request out at a time, and none
/// while its session holds it back; then its jobs wait here, costing the others nothing.
///
/// On a line with places to stand by the next routine requests wait at the worker already; what is
/// more urgent has them recalled. Silent meters of one line take turns: probing all of them costs
/// it some thousandths of its time as long as they are few.
///
/// Where requests go one by one, reads are brief for a while after an order: the next order waits
/// for what is on the wire.
class LinkRunner {
 public:
  using Done = std::function<void(OperationResult, Now)>;
  /// The session of a meter changed; the runtime journals and publishes it.
  using SessionChanged = std::function<void(MeterUnit&, session::Change, const std::string& why)>;

  /// One request is over: how, and how long the wire was given to it.
  using RequestEnded =
      std::function<void(const LinkRunner&, const MeterUnit&, const WireResult&, Duration on_wire)>;

  LinkRunner(std::string name, std::unique_ptr<Link> link, const Clock& clock, Agenda& agenda,
             SessionChanged session_changed);

  /// `done` is called once, later; not at all after `withdraw`. An operation that changes the meter
  /// is not kept for a meter that is set aside: it ends as not sent, and its owner decides anew.
  JobId submit(MeterUnit& meter, Priority priority, operation::Operation operation, Done done);
  /// Takes a job back. True: nothing of it has been or will be sent from now on. False: a request
  /// of it is on the wire; its answer is awaited and thrown away.
  bool withdraw(JobId job);
  /// The meter can be asked (again): birth, an engineer's probe.
  void wake(MeterUnit& meter);
  void when_request_ended(RequestEnded then) { request_ended_ = std::move(then); }
  /// Told of every exchange with a meter they want. They outlive this.
  void trace_for(const Tracers& tracers) { tracers_ = &tracers; }
  /// No further requests; jobs that wait end as not sent.
  void stop();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Link& link() const { return *link_; }
  [[nodiscard]] std::size_t waiting() const { return jobs_.size(); }
  /// How long requests have been out, all of them added up.
  [[nodiscard]] Duration busy() const { return busy_; }

 private:
  struct Job {
    MeterUnit* meter;
    Priority priority;
    std::unique_ptr<Exchange> exchange;
    Done done;
    std::optional<WireRequest> request;  ///< the next one, when it is its turn
    /// A read no request of which has been answered yet: it may still be begun at another pace.
    std::optional<operation::Operation> to_begin{};
    Pace pace = Pace::Full;
    bool keep_meter = false;
    bool on_wire = false;
    bool is_order = false;
    bool only_now = false;  ///< an order that has not left yet
    bool withdrawn = false;
    bool holds_token = false;
    std::optional<Octets> traced{};  ///< of the request on the wire, if somebody wants to see it
    std::optional<Agenda::Entry> timer{};
    Instant sent_at{};
  };
  using Key = std::pair<Priority, JobId>;

  void pump();
  [[nodiscard]] bool may_go(const Job& job, JobId id, Instant now) const;
  [[nodiscard]] Key key_of(JobId id) const;
  /// The first moment at which its session and the other silent meters of the line let it go.
  [[nodiscard]] std::optional<Instant> next_attempt(const Job& job) const;
  /// When the next silent meter of this line may be probed.
  [[nodiscard]] Instant next_probe(const MeterUnit& meter) const;
  void note_silence(const MeterUnit& meter, const Job& job, Now now);
  [[nodiscard]] static bool is_silent(const MeterUnit& meter);
  /// Keeps the places at the worker filled with what would go next.
  void fill_standby(Instant now);
  /// For the end of what is on the wire.
  [[nodiscard]] bool order_waits(Instant now) const;
  /// Puts back into the list what stands by. False: some of it may have left.
  bool clear_standby();
  /// How long a read may keep the wire now.
  [[nodiscard]] Pace pace_at(Instant now) const;
  /// Begins a read anew where orders have come, or ceased to come, while it waited.
  void keep_pace(Job& job, Now now);
  void send(JobId id, Job& job);
  void hand_over(JobId id, Job& job);
  /// Ends it as an exchange whose next request did not leave.
  void end_unsent(JobId id, const std::string& why);
  /// When it came, which may be a while before it is told.
  [[nodiscard]] Now time_of(const WireResult& result) const;
  void answered(JobId id, WireResult result);
  void step(JobId id, DriverStep next, Now now);
  void pump_later();
  void arm_wake(Instant when);

  std::string name_;
  std::unique_ptr<Link> link_;
  const Clock& clock_;
  Agenda& agenda_;
  SessionChanged session_changed_;
  std::map<JobId, Job> jobs_;
  std::set<Key> ready_;                              ///< jobs with a request to send
  std::map<const MeterUnit*, JobId> meter_held_by_;  ///< on the wire, or kept for the next request
  std::size_t on_wire_ = 0;
  std::size_t urgent_on_wire_ = 0;  ///< of those, not routine
  std::deque<JobId> standby_;       ///< handed over in this order, not counted in `on_wire_`
  std::map<const MeterUnit*, Instant> silent_;  ///< when they were last found to be
  Instant last_probe_ended_{};
  Duration last_probe_took_{0};
  Duration busy_{0};
  RequestEnded request_ended_;
  const Tracers* tracers_ = nullptr;
  JobId last_job_ = 0;
  std::optional<Instant> last_order_;
  bool stopped_ = false;
  bool pump_planned_ = false;
  std::optional<Agenda::Entry> wake_timer_;
};

}  // namespace metergate::runtime
