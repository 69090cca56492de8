// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <memory>
#include <thread>

#include "config/load.hpp"
#include "config/model_file.hpp"
#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "gateway/sim/street/street.hpp"
#include "meters/models/register_codec.hpp"
#include "meters/virtual/token_rules.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::filesystem::path kModels =
    std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data";

struct FreeModbus {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};
using Master = std::unique_ptr<modbus_t, FreeModbus>;

class SimStreetTest : public testing::Test {
 protected:
  SimStreetTest() {
    options_.directory = directory_.path();
    options_.model_directories = {kModels};
    options_.meters_per_line = 2;
    options_.wire.baud = 115'200;
    options_.wire.turn_round = 1ms;
    options_.history = std::chrono::days{2};
  }

  std::unique_ptr<Street> open() {
    auto street = Street::open(options_);
    EXPECT_TRUE(street) << street.error();
    return street ? std::move(*street) : nullptr;
  }
  static json::object tell(Street& street, std::string_view line) {
    return json::parse(street_command(street, line)).as_object();
  }
  [[nodiscard]] Master master(int address) const {
    const auto device = std::filesystem::canonical(options_.directory / "line-a");
    Master out{modbus_new_rtu(device.c_str(), 115'200, 'N', 8, 1)};
    EXPECT_EQ(modbus_connect(out.get()), 0) << modbus_strerror(errno);
    modbus_set_slave(out.get(), address);
    return out;
  }
  /// Writes the token order of the model and gives what libmodbus said.
  static int write_token(modbus_t* master, std::uint32_t id, const Token& token) {
    const auto models = config::load_models({kModels});
    const model::Block block = *models->at("virtual-prepayment-modbus").modbus.token;
    const auto order = model::encode_fields(
        {{block.fields[0], id, {}}, {block.fields[1], 0, token.digits.reveal()}});
    return modbus_write_registers(master, block.address, static_cast<int>(order.size()),
                                  order.data());
  }

  test::TemporaryDirectory directory_;
  StreetOptions options_;
};

TEST_F(SimStreetTest, EveryModelOfTheHouseCanBeShown) {
  for (const char* name : {"virtual-prepayment-modbus", "eastron-sdm120", "eastron-sdm630"}) {
    options_.model = name;
    options_.directory /= name;
    const auto street = open();
    ASSERT_NE(street, nullptr) << name;
    EXPECT_EQ(street->places().size(), 2U);
    options_.directory = options_.directory.parent_path();
  }
}

TEST_F(SimStreetTest, ListNamesMetersAndWhereTheyHang) {
  options_.tcp_meters = 1;
  const auto street = open();
  const json::object list = tell(*street, R"({"command":"list"})");
  const json::array& meters = list.at("meters").as_array();
  ASSERT_EQ(meters.size(), 3U);
  EXPECT_EQ(meters[1].at("meter"), "a-002");
  EXPECT_EQ(meters[1].at("wire"), "line-a");
  EXPECT_EQ(meters[1].at("serial"), "VM00001002");
  EXPECT_EQ(meters[2].at("wire"), "tcp");
  EXPECT_EQ(meters[2].at("supply"), "on");
  EXPECT_EQ(list.at("tcp_port").to_number<int>(), street->tcp_port());
}

TEST_F(SimStreetTest, WrongCommandsAreAnsweredWithWhatIsWrong) {
  const auto street = open();
  const auto error = [&](std::string_view line) {
    const json::object answer = tell(*street, line);
    EXPECT_FALSE(answer.at("ok").as_bool());
    return std::string{answer.at("error").as_string()};
  };
  EXPECT_NE(error("nonsense").find("JSON"), std::string::npos);
  EXPECT_NE(error("{}").find("command"), std::string::npos);
  EXPECT_NE(error(R"({"command":"swap"})").find("meter"), std::string::npos);
  EXPECT_NE(error(R"({"command":"swap","meter":"z-001"})").find("z-001"), std::string::npos);
  EXPECT_NE(error(R"({"command":"dance","meter":"a-001"})").find("dance"), std::string::npos);
  EXPECT_NE(error(R"({"command":"corrupt","meter":"a-001","per_mille":2000})").find("1000"),
            std::string::npos);
}

TEST_F(SimStreetTest, PersonAtTheMeterAndFaultsActOnTheWire) {
  const auto street = open();
  const Master line = master(1);
  // Patient where an answer must come, however busy the machine is; short where none will.
  const auto wait_for_answers = [&] { modbus_set_response_timeout(line.get(), 5, 0); };
  const auto wait_for_nothing = [&] { modbus_set_response_timeout(line.get(), 0, 100'000); };
  wait_for_answers();
  std::uint16_t relay[5]{};
  ASSERT_EQ(modbus_read_registers(line.get(), 220, 5, relay), 5) << modbus_strerror(errno);
  EXPECT_EQ(relay[0], 2);
  EXPECT_TRUE(tell(*street, R"({"command":"open-cover","meter":"a-001"})").at("ok").as_bool());
  ASSERT_EQ(modbus_read_registers(line.get(), 220, 5, relay), 5);
  EXPECT_EQ(relay[0], 0);
  EXPECT_EQ(relay[1], SupplyCauses::kTamper);
  tell(*street, R"({"command":"silence","meter":"*"})");
  wait_for_nothing();
  EXPECT_EQ(modbus_read_registers(line.get(), 220, 5, relay), -1);
  tell(*street, R"({"command":"heal","meter":"*"})");
  wait_for_answers();
  EXPECT_EQ(modbus_read_registers(line.get(), 220, 5, relay), 5);
  tell(*street, R"({"command":"cut-power","meter":"a-001"})");
  wait_for_nothing();
  EXPECT_EQ(modbus_read_registers(line.get(), 220, 5, relay), -1);
  const json::object stats = tell(*street, R"({"command":"line-stats"})");
  EXPECT_EQ(stats.at("lines").at(0).at("unanswered").to_number<int>(), 2);
}

TEST_F(SimStreetTest, TruthShowsOrdersAndSwapShowsAnotherMeter) {
  const auto street = open();
  const Master line = master(2);
  const Token token = virtual_meter::utrn_credit(9, 450, 3);
  ASSERT_GT(write_token(line.get(), 1, token), 0) << modbus_strerror(errno);
  json::object truth = tell(*street, R"({"command":"truth","meter":"a-002"})");
  ASSERT_EQ(truth.at("orders").as_array().size(), 1U);
  EXPECT_EQ(truth.at("orders").at(0).at("digits").as_string(), token.digits.reveal());
  EXPECT_EQ(truth.at("orders").at(0).at("result"), "taken");
  EXPECT_GE(truth.at("intervals").as_array().size(), 96U);
  tell(*street, R"({"command":"swap","meter":"a-002"})");
  truth = tell(*street, R"({"command":"truth","meter":"a-002"})");
  EXPECT_EQ(truth.at("serial"), "VM00001002-B");
  EXPECT_TRUE(truth.at("orders").as_array().empty());
}

TEST_F(SimStreetTest, ChangesAreToldWithWhatTheyTookAndPeopleMoveTheRelay) {
  options_.keep_truth = true;
  const auto street = open();
  const auto act = [&](std::string_view line) { return tell(*street, line).at("ok").as_bool(); };
  EXPECT_TRUE(act(R"({"command":"cycle-relay","meter":"a-001","times":2})"));
  EXPECT_FALSE(act(R"({"command":"cycle-relay","meter":"a-001","times":0})"));
  EXPECT_TRUE(act(R"({"command":"force-relay","meter":"a-001","state":"off"})"));
  EXPECT_FALSE(act(R"({"command":"force-relay","meter":"a-001","state":"ajar"})"));
  EXPECT_FALSE(act(R"({"command":"emergency-credit","meter":"a-001"})"));
  EXPECT_EQ(tell(*street, R"({"command":"changes","meter":"a-001"})").at("supply"), "off");

  const auto changed =
      street->places()[1].meter->with([](virtual_meter::VirtualMeter& meter, UtcSeconds now) {
        operation::ChangeTenancy order;
        order.actions = ChangeActions::all();
        order.transaction = 7;
        operation::ChangeTenancy later = order;
        later.effective = now + std::chrono::hours{9};
        later.transaction = 8;
        return meter.perform(order, now).has_value() && meter.perform(later, now).has_value();
      });
  ASSERT_TRUE(changed && *changed);
  const json::object changes = tell(*street, R"({"command":"changes","meter":"a-002"})");
  const json::value& fired = changes.at("changes_fired").at(0);
  EXPECT_EQ(fired.at("kind"), "tenancy");
  EXPECT_EQ(fired.at("transaction"), 7);
  EXPECT_EQ(fired.at("supply"), "off");
  EXPECT_EQ(changes.at("pending_tenancy").at("transaction"), 8);
  EXPECT_TRUE(changes.at("pending_supplier").is_null());
  EXPECT_EQ(changes.at("billing").as_array().size(), 2U);
  EXPECT_EQ(changes.at("tariff").at("supplier_name"), "Supplier 1");
  const json::object truth = tell(*street, R"({"command":"truth","meter":"a-002"})");
  EXPECT_TRUE(truth.at("intervals").as_array().empty());
  EXPECT_EQ(truth.at("purged").at("intervals").as_array().size(),
            fired.at("intervals_purged").to_number<std::size_t>());
  EXPECT_FALSE(truth.at("purged").at("entries").as_array().empty());
}

TEST_F(SimStreetTest, OnlyOneStreetRunsInADirectory) {
  const auto street = open();
  const auto second = Street::open(options_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("another street"), std::string::npos);
}

TEST_F(SimStreetTest, GatewayReadsTheSectionsItIsGiven) {
  options_.lines = 2;
  options_.tcp_meters = 3;
  options_.mqtt_meters = 4;
  options_.tcp_port = 1502;
  const auto configuration =
      config::parse("site = \"test\"\n" + gateway_config_for(options_), "street.toml");
  ASSERT_TRUE(configuration) << configuration.error().front().text();
  EXPECT_EQ(configuration->lines.size(), 3U);
  EXPECT_EQ(configuration->meters.size(), 2U + 2U + 3U + 4U);
  EXPECT_EQ(configuration->meters.front().id.text(), meter_name("a", 1));
}

TEST_F(SimStreetTest, KilledProcessForgetsNothingItAnswered) {
  // The street runs as its own process, as `metergate sim` does.
  const auto start = [&] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run_street(options_));
    return child;
  };
  const auto socket = control_socket(options_);
  const auto listed = [&] { return street_request(socket, R"({"command":"list"})"); };
  const auto wait_ready = [&] {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!listed() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    ASSERT_TRUE(listed());
  };
  pid_t child = start();
  wait_ready();
  const Token token = virtual_meter::sts_credit(77);
  ASSERT_GT(write_token(master(1).get(), 8, token), 0) << modbus_strerror(errno);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);

  child = start();
  wait_ready();
  const auto truth = street_request(socket, R"({"command":"truth","meter":"a-001"})");
  ASSERT_TRUE(truth) << truth.error();
  const json::value told = json::parse(*truth);
  ASSERT_EQ(told.at("orders").as_array().size(), 1U);
  EXPECT_EQ(told.at("orders").at(0).at("digits").as_string(), token.digits.reveal());
  EXPECT_EQ(told.at("last_transaction").to_number<int>(), 8);
  ::kill(child, SIGTERM);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(std::filesystem::exists(options_.directory / "line-a"));
}

}  // namespace
}  // namespace metergate::sim
