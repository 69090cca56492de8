// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "config/load.hpp"
#include "config/model_file.hpp"
#include "tests/soak/faults.hpp"
#include "tests/soak/history.hpp"
#include "tests/soak/soak.hpp"

/// The town: which meters hang where, and what they are like.
namespace metergate::soak {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h + 7min;
constexpr std::size_t kMetersOfLine = 10;
constexpr std::uint64_t kMakerStream = 2'000'000;
constexpr std::uint64_t kWireStream = 3'000'000;

/// Of the meters on wires every fourth speaks DLMS, ciphered, behind one TCP endpoint: the town's
/// DLMS line carries the wrapper, and a serial one would be given HDLC frames.
constexpr std::size_t kDlmsEvery = 4;
constexpr const char* kDlmsLine = "dlms";

constexpr const char* kBox = R"(
site = "s1"

[storage]
file = "ledger.db"

[north]

[mqtt_meters]

[mqtt_meters.broker]
host = "127.0.0.1"

[sessions]
settle_limit_s = 21600

[access]
require_signature = false
always_signed = []
dual_control = []

[dlms]
authentication = "hls-gmac"
system_title = "4d54470000000001"
key_file = "{id}"

[[role]]
name = "all"
functions = []
tenancy = true
connect = true

[[operator]]
name = "vending"
roles = ["all"]

[[schedule]]
name = "default"
registers_s = 1800
relay_s = 900
logs_s = 900
profile_s = 1800
daily_s = 3600
clock_s = 3600
back_fill_days = 2
)";

struct Wired {
  std::string id;
  std::string line;
  std::uint16_t address = 0;
  std::string model;
};

/// Two thirds on wires, one third on MQTT; of those, every other one may be closed from afar.
std::vector<Wired> wires(std::size_t meters) {
  std::vector<Wired> out;
  const std::size_t serial = meters - meters / 3;
  for (std::size_t i = 0; i < meters; ++i) {
    if (i < serial && i % kDlmsEvery == kDlmsEvery - 1) {
      const auto port = static_cast<std::uint16_t>(i / kDlmsEvery + 1);
      out.push_back(
          {fmt::format("{}-{:02}", kDlmsLine, port), kDlmsLine, port, "virtual-prepayment-dlms"});
    } else if (i < serial) {
      const auto line = static_cast<char>('a' + i / kMetersOfLine);
      const auto address = static_cast<std::uint16_t>(i % kMetersOfLine + 1);
      out.push_back({fmt::format("{}-{:02}", line, address), std::string{line}, address,
                     "virtual-prepayment-modbus"});
    } else {
      out.push_back({fmt::format("mqtt-{:02}", i - serial + 1), "", 0,
                     i % 2 == 0 ? "virtual-prepayment-mqtt-connect" : "virtual-prepayment-mqtt"});
    }
  }
  return out;
}

std::string configuration(const std::vector<Wired>& meters) {
  std::string out = kBox;
  std::set<std::string> lines;
  for (const Wired& one : meters) {
    if (one.line.empty() || !lines.insert(one.line).second) continue;
    out += fmt::format("\n[[line]]\nname = \"{}\"\n", one.line);
    out += one.line == kDlmsLine ? std::string{"host = \"meters\"\nprotocol = \"dlms\"\n"}
                                 : fmt::format("device = \"/dev/null-{}\"\n", one.line);
  }
  for (const Wired& one : meters) {
    out += fmt::format("\n[[meter]]\nid = \"{}\"\nmodel = \"{}\"\n", one.id, one.model);
    if (!one.line.empty())
      out += fmt::format("line = \"{}\"\naddress = {}\n", one.line, one.address);
  }
  return out;
}

virtual_meter::Settings settings_of(const Wired& wired, std::size_t number, Chance& chance) {
  virtual_meter::Settings settings{.serial =
                                       *SerialNumber::parse(fmt::format("VM{:06}", number + 1))};
  settings.seed = chance.below(1'000'000);
  settings.history = std::chrono::days{3};
  settings.keep_truth = true;
  settings.supply = chance.one_in(6) ? SupplyState::Off : SupplyState::On;
  settings.prepayment = !chance.one_in(4);
  settings.balance_minor = chance.between(100, 20'000);
  settings.clock_drift_ppm = static_cast<double>(chance.between(-120, 120));
  settings.remote_close = wired.model == "virtual-prepayment-mqtt-connect";
  if (chance.one_in(3)) settings.load_limit_w = 4'000;
  if (chance.one_in(3)) settings.emergency_credit_minor = 500;
  if (chance.one_in(4)) settings.friendly_hours = virtual_meter::FriendlyHours{20, 8};
  return settings;
}

}  // namespace

void Soak::build() {
  Chance maker{options_.seed, kMakerStream};
  const auto meters = wires(options_.meters);
  test::Town::Plan plan;
  plan.directory = directory_.path();
  plan.configuration = configuration(meters);
  auto models =
      config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
  if (!models) throw std::runtime_error(models.error().front().text());
  plan.models = std::move(*models);
  plan.start = kStart;
  if (!options_.journal.empty()) {
    journal_ = std::fopen(options_.journal.c_str(), "w");
    plan.journal = journal_;
  }
  auto accidents = std::make_shared<Chance>(options_.seed, kWireStream);
  test::Town::Hooks hooks;
  hooks.fate = [this, accidents](test::Place& place, const WireRequest&) {
    step_of_gateway();
    return fate_of(place, *accidents, report_);
  };
  hooks.acted = [this](test::Place& place) {
    for (Flat& flat : flats_) {
      if (flat.place == &place) flat.shown.insert(place.meter->relay().state);
    }
    step_of_gateway();
  };
  hooks.worked_off = [this](test::Place&) { step_of_gateway(); };
  hooks.published = [this](const MqttMessage& message) { heard(message); };
  town_ = std::make_unique<test::Town>(std::move(plan), std::move(hooks));
  for (std::size_t i = 0; i < meters.size(); ++i) {
    const Wired& one = meters[i];
    Flat& flat = flats_.emplace_back();
    flat.place = &town_->hang(one.id, one.line, one.address, one.model, settings_of(one, i, maker));
    flat.ordered_off = flat.meter().settings().supply == SupplyState::Off;
  }
  watch_steps();
  town_->start();
  for (std::size_t i = 0; i < flats_.size(); ++i) begin_history(*this, flats_[i], options_.seed, i);
  begin_faults(*this, options_.seed);
}

}  // namespace metergate::soak
