// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/soak.hpp"

#include <boost/json.hpp>

#include "storage/crash_point.hpp"
#include "tests/soak/faults.hpp"
#include "tests/soak/history.hpp"
#include "tests/soak/promises.hpp"

namespace metergate::soak {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::chrono::hours kLookAtAll{6};
constexpr std::chrono::hours kLookAtGateway{1};
/// After the last fault: longer than any pause of the gateway, and than it settles what is
/// unconfirmed.
constexpr std::chrono::hours kLeastCalm{4};
constexpr std::chrono::hours kMostCalm{40};

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

Duration hours(double number) {
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::ratio<3'600>>{number});
}

}  // namespace

Soak::Soak(const Options& options) : options_{options}, started_{std::chrono::steady_clock::now()} {
  build();
}

Soak::~Soak() {
  watch_crash_points({});
  town_.reset();
  if (journal_ != nullptr) std::fclose(journal_);
}

Report::Frame Soak::frame() const {
  const std::chrono::duration<double, std::ratio<3'600>> lived = town_->box_now().instant - began_;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started_;
  Report::Frame out{options_.seed, options_.hours, flats_.size(), lived.count(), wall.count(), {}};
  if (options_.steady) out.endurance = endurance_.verdict();
  return out;
}

void Soak::later(Duration in, std::function<void()> what) {
  diary_.at(town_->box_now().instant + in, [what = std::move(what)](Now) { what(); });
}

void Soak::until(Duration in, std::function<void()> undo) {
  // Done once, at its time or when all is mended.
  auto once = std::make_shared<std::function<void()>>(std::move(undo));
  const auto act = [once] {
    if (const auto what = std::exchange(*once, nullptr)) what();
  };
  undone_.push_back(act);
  if (undone_.size() > 1'000) undone_.pop_front();
  later(in, act);
}

// ---- what the gateway does ----------------------------------------------------------------------

void Soak::watch_steps() {
  watch_crash_points([this](std::string_view) { step_of_gateway(); });
}

void Soak::step_of_gateway() {
  if (doom_ == 0 || --doom_ > 0) return;
  report_.fault("gateway killed");
  throw test::GatewayKilled{};
}

void Soak::heard(const MqttMessage& message) {
  const auto slash = message.topic.rfind('/');
  const bool is_result = message.topic.find("/result/") != std::string::npos;
  const bool is_tenancy = message.topic.ends_with("/tenancy");
  if (message.topic.ends_with("/alarm")) report_.act("alarm raised");
  if (!is_result && !is_tenancy) return;
  report_.mix(message.topic);
  report_.mix(message.payload);
  const json::object body = json::parse(message.payload).as_object();
  const std::string meter = text_in(body, "meter");
  const auto flat =
      std::ranges::find_if(flats_, [&](const Flat& one) { return one.place->id == meter; });
  if (flat == flats_.end()) return;
  if (is_tenancy) {
    flat->tenancy_told[{text_in(body, "phase"), body.at("epoch").to_number<std::int64_t>()}].insert(
        message.payload);
    return;
  }
  const std::string id = message.topic.substr(slash + 1);
  const auto order = std::ranges::find(flat->orders, id, &Order::id);
  if (order == flat->orders.end()) return;
  const std::string state = text_in(body, "state");
  if (state != "refused") order->heard_of = true;
  if (body.at("final").as_bool()) order->ends.insert(state);
}

// ---- time ---------------------------------------------------------------------------------------

void Soak::advance_to(Instant when) {
  town_->advance(when - town_->box_now().instant);
  observe();
}

void Soak::observe() {
  for (Flat& flat : flats_) {
    const auto id = MeterId::parse(flat.place->id);
    runtime::MeterUnit* unit = town_->gateway().find_meter(*id);
    watch_relay(flat, unit->stored, now(), report_);
  }
}

void Soak::look_at_gateway() {
  later(kLookAtGateway, [this] {
    const std::chrono::duration<double, std::ratio<3'600>> lived =
        town_->box_now().instant - began_;
    endurance_.look(lived.count(), Endurance::held_now());
    look_at_gateway();
  });
}

void Soak::judge_endurance() {
  const auto verdict = endurance_.verdict();
  for (const std::string& what : verdict.grows) {
    report_.violation({"the gateway", now(), "what the gateway holds does not grow",
                       "the same after months", what});
  }
}

void Soak::run(const std::function<void(double)>& progress) {
  began_ = town_->box_now().instant;
  if (options_.steady) look_at_gateway();
  const Instant end = began_ + hours(options_.hours);
  Instant next_look = began_ + kLookAtAll;
  while (const auto next = diary_.next()) {
    const Instant when = std::min(*next, next_look);
    if (when >= end) break;
    advance_to(when);
    if (when == next_look) {
      next_look += kLookAtAll;
      look_at_all();
    }
    diary_.run(town_->box_now());
    progress(std::chrono::duration<double>(when - began_) /
             std::chrono::duration<double>(end - began_ + kLeastCalm));
  }
  advance_to(end);
  judge_endurance();
  mend();
  const Instant calm = town_->box_now().instant;
  for (Instant at = calm; at - calm < kMostCalm && (at - calm < kLeastCalm || !all_told());) {
    at += 10min;
    advance_to(at);
    progress(std::min(1.0, std::chrono::duration<double>(at - began_) /
                               std::chrono::duration<double>(end - began_ + kLeastCalm)));
  }
  look_at_all();
  for (const Flat& flat : flats_) {
    const Case one{flat,
                   town_->ledger(),
                   town_->ledger().find_meter(*MeterId::parse(flat.place->id))->value(),
                   std::chrono::floor<std::chrono::seconds>(
                       town_->true_now() - std::chrono::duration_cast<std::chrono::milliseconds>(
                                               town_->box_now().instant - began_)),
                   now(),
                   report_};
    check_commands(one);
    check_tenancies(one);
    check_slots(one);
    check_logs(one);
    check_relay(one);
  }
  report_.count("exchanges with meters", town_->exchanges());
  report_.count("starts of the gateway", town_->restarts() + 1);
}

void Soak::look_at_all() {
  for (const Flat& flat : flats_) {
    check_standing({flat, town_->ledger(),
                    town_->ledger().find_meter(*MeterId::parse(flat.place->id))->value(), now(),
                    now(), report_});
  }
}

void Soak::mend() {
  doom_ = 0;
  for (const auto& undo : undone_) undo();
  undone_.clear();
  diary_ = {};
  make_whole(*this);
}

bool Soak::all_told() {
  Ledger& ledger = town_->ledger();
  const auto outbox = *ledger.outbox_size();
  return ledger.live_commands()->empty() && ledger.tenancies_to_synchronise()->empty() &&
         outbox.messages == 0 && outbox.data_days == 0;
}

}  // namespace metergate::soak
