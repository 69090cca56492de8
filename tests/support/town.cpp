// SPDX-License-Identifier: Apache-2.0
#include "tests/support/town.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/load.hpp"
#include "gateway/meter_mqtt/messages.hpp"
#include "gateway/sim/modems/modem_pages.hpp"
#include "tests/support/allocations.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAnswerTakes = 50ms;
constexpr std::chrono::microseconds kRoundTrip = 20ms;
constexpr std::size_t kModems = 64;

std::string_view text_of(const Octets& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace

/// A serial line: one exchange at a time, answers come a moment later, as on any wire.
class Town::Line : public Link {
 public:
  Line(Town& town, std::string name) : town_{town}, name_{std::move(name)} {}
  void transact(WireRequest request, Completion done) override {
    town_.transact(
        town_.place_at(name_, request.to.number), request, std::move(done),
        [this](Place& place, const WireRequest& asked) { return town_.served(place, asked); });
  }
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override {}

 private:
  Town& town_;
  std::string name_;
};

/// All meters on MQTT.
class Town::Modems : public Link {
 public:
  explicit Modems(Town& town) : town_{town} {}
  void transact(WireRequest request, Completion done) override {
    const auto found = std::ranges::find_if(town_.places_, [&](const Place& place) {
      return place.on_mqtt() && place.id == request.to.name;
    });
    town_.transact(
        found == town_.places_.end() ? nullptr : &*found, request, std::move(done),
        [this](Place& place, const WireRequest& asked) { return town_.served(place, asked); });
  }
  [[nodiscard]] std::size_t concurrency() const override { return kModems; }
  void stop() override {}

 private:
  Town& town_;
};

Town::Town(Plan plan, Hooks hooks)
    : plan_{std::move(plan)},
      hooks_{std::move(hooks)},
      clock_{plan_.start},
      began_{clock_.now().instant},
      nowhere_{plan_.journal == nullptr ? std::fopen("/dev/null", "w") : nullptr} {}

Town::~Town() {
  tear_down();
  if (nowhere_ != nullptr) std::fclose(nowhere_);
}

Place& Town::hang(const std::string& id, const std::string& line, std::uint16_t address,
                  const std::string& model, virtual_meter::Settings settings) {
  Place& place = places_.emplace_back();
  place.id = id;
  place.line = line;
  place.address = address;
  place.meter.emplace(std::move(settings), true_now_s());
  const model::MeterModel& meter_model = plan_.models.at(model);
  if (place.on_mqtt()) {
    next_tick_ = clock_.now().instant;
  } else if (meter_model.protocol == model::Protocol::Dlms) {
    place.dlms = std::make_unique<DlmsEnd>();
    place.dlms->setup = sim::dlms_setup(place.meter->serial(), sim::DlmsSecurity::Gmac);
    place.dlms->counters.keep = [](std::uint32_t, std::optional<std::uint32_t>) { return true; };
  } else {
    place.slave = std::make_unique<sim::ModbusSlave>(meter_model);
  }
  return place;
}

void Town::start() {
  surviving([this] { bring_up(); });
}

UtcTime Town::true_now() const {
  return plan_.start +
         std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().instant - began_);
}

// ---- the gateway --------------------------------------------------------------------------------

config::Configuration Town::configuration() const {
  auto parsed = config::parse(plan_.configuration, plan_.directory / "metergate.toml");
  if (!parsed) throw std::runtime_error("the configuration: " + parsed.error().front().text());
  return std::move(*parsed);
}

void Town::reload(std::string configuration) {
  configure(std::move(configuration));
  surviving([this] { gateway_->reload(this->configuration(), plan_.models); });
}

void Town::bring_up() {
  const OnBehalfOf gateway{Owner::Gateway};
  agenda_ = std::make_unique<runtime::Agenda>();
  auto opened = Ledger::open(plan_.directory / "ledger.db", LedgerMode::ReadWrite);
  if (!opened) throw std::runtime_error("the ledger: " + opened.error().what);
  ledger_.emplace(std::move(*opened));
  journal_ = std::make_unique<journal::Journal>(
      journal::Journal::Settings{journal::Level::Debug, config::LogFormat::Plain,
                                 plan_.journal == nullptr ? nowhere_ : plan_.journal});
  journal_->keep_in(&*ledger_);
  runtime::Ways ways;
  ways.keys = plan_.keys;
  ways.make_line = [this](const config::Line& line, const runtime::Ways::LineState&) {
    return std::make_unique<Line>(*this, line.name);
  };
  ways.make_dlms_line = [this](const config::Line& line, DlmsMeterLink::Hooks hooks) {
    return make_dlms_line(line.name, std::move(hooks));
  };
  ways.dlms_secrets = secrets_of(places_);
  ways.make_mqtt_meters = [this] { return std::make_unique<Modems>(*this); };
  ways.publish = [this](MqttMessage message, std::function<void(Published)> done) {
    Published said = Published::Lost;
    if (broker_connected_) {
      const OnBehalfOf town{Owner::Town};
      said = hooks_.answer ? hooks_.answer(message) : Published::Acknowledged;
      if (said == Published::Acknowledged && hooks_.published) hooks_.published(message);
    }
    agenda_->at(clock_.now().instant, [said, done = std::move(done)](Now) { done(said); });
  };
  gateway_ = std::make_unique<runtime::Gateway>(configuration(), plan_.models, *ledger_, *journal_,
                                                clock_, *agenda_, ways);
  gateway_->start();
  for (Place& place : places_) place.told_online = false;
  if (broker_connected_) gateway_->north_connected();
  deliver_waiting();
}

void Town::tear_down() {
  gateway_.reset();
  if (journal_) journal_->keep_in(nullptr);
  journal_.reset();
  ledger_.reset();
  agenda_.reset();
}

void Town::surviving(const std::function<void()>& act) {
  try {
    const OnBehalfOf gateway{Owner::Gateway};
    return act();
  } catch (const GatewayKilled&) {
  }
  restart();
}

void Town::restart() {
  for (;;) {
    tear_down();
    ++restarts_;
    try {
      return bring_up();
    } catch (const GatewayKilled&) {
      // Killed again on its way up.
    }
  }
}

void Town::new_box() {
  tear_down();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(plan_.directory / (std::string{"ledger.db"} + suffix));
  }
  restart();
}

void Town::broker(bool connected) {
  if (std::exchange(broker_connected_, connected) == connected) return;
  surviving([this] {
    if (!broker_connected_) return gateway_->north_lost({"the story wants it"});
    gateway_->north_connected();
    deliver_waiting();
  });
}

void Town::publish(MqttMessage message) {
  waiting_.push_back(std::move(message));
  surviving([this] { deliver_waiting(); });
}

void Town::hand_over(const MqttMessage& message) {
  surviving([&] { gateway_->north_message(message, [] {}); });
}

void Town::deliver_waiting() {
  while (broker_connected_ && !waiting_.empty()) {
    bool released = false;
    gateway_->north_message(waiting_.front(), [&] { released = true; });
    if (!released) return;
    waiting_.pop_front();
  }
}

void Town::advance(Duration by) {
  const Instant end = clock_.now().instant + by;
  do {
    surviving([&] { run_to(end); });
  } while (clock_.now().instant < end);
}

void Town::run_to(Instant end) {
  for (;;) {
    auto next = agenda_->next();
    if (next_tick_) next = std::min(next.value_or(*next_tick_), *next_tick_);
    if (!next || *next > end) break;
    clock_.advance_to(*next);
    if (next_tick_ && *next_tick_ <= clock_.now().instant) tick();
    agenda_->run(clock_.now());
  }
  clock_.advance_to(end);
}

// ---- on the wires -------------------------------------------------------------------------------

Place* Town::place_at(const std::string& line, std::uint16_t address) {
  const auto found = std::ranges::find_if(
      places_, [&](const Place& place) { return place.line == line && place.address == address; });
  return found == places_.end() ? nullptr : &*found;
}

void Town::transact(Place* place, const WireRequest& request, Link::Completion done,
                    const Serve& serve) {
  WireResult result =
      place == nullptr
          ? WireResult{failure(LinkFault{LinkFault::Reason::NoAnswer, "nobody is there"})}
          : exchange(*place, request, serve);
  const Duration takes = result ? kAnswerTakes : Duration{request.timeout};
  agenda_->at(clock_.now().instant + takes,
              [this, place, result = std::move(result), done = std::move(done)](Now) {
                done(result);
                if (place != nullptr && hooks_.worked_off) hooks_.worked_off(*place);
              });
}

WireResult Town::exchange(Place& place, const WireRequest& request, const Serve& serve) {
  const OnBehalfOf town{Owner::Town};
  ++exchanges_;
  const Wire fate = hooks_.fate ? hooks_.fate(place, request) : place.wire;
  if (fate == Wire::GoneAfter) place.wire = Wire::NotThere;
  const bool left = fate != Wire::NotThere && (!place.on_mqtt() || meters_broker_connected_);
  if (!left) return failure(LinkFault{LinkFault::Reason::NotSent, "no such device"});
  if (fate == Wire::Silent) return failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer"});
  place.meter->advance(true_now_s());
  auto answer = serve(place, request);
  if (hooks_.acted) hooks_.acted(place);
  if (!answer || fate == Wire::AnswersAreLost) {
    return failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer"});
  }
  return WireAnswer{std::move(*answer), kRoundTrip};
}

std::optional<Octets> Town::served(Place& place, const WireRequest& request) {
  virtual_meter::VirtualMeter& meter = *place.meter;
  if (!place.on_mqtt()) return place.slave->serve(meter, request.octets, true_now_s());
  if (!meter.powered()) return std::nullopt;
  const auto asked = meter_mqtt::decode_request(meter_mqtt::with_id("1", text_of(request.octets)));
  if (!asked) throw std::logic_error("a request no meter understands: " + asked.error().what);
  const std::string answer =
      sim::answer_of_modem(asked->id, meter.perform(asked->operation, true_now_s()));
  return Octets{answer.begin(), answer.end()};
}

}  // namespace metergate::test
