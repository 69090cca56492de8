// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <poll.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/sim/modbus/slave.hpp"
#include "gateway/sim/wire/emulator.hpp"
#include "protocols/modbus/line_timing.hpp"
#include "tests/support/sim_model.hpp"

/// libmodbus, as it is, on the emulated line.
namespace metergate::sim {
namespace {

using namespace std::chrono_literals;

struct FreeModbus {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};
using Master = std::unique_ptr<modbus_t, FreeModbus>;

class SimWireEmulatorTest : public testing::Test {
 protected:
  void start(WireSettings settings = fast()) {
    ModbusTargets targets;
    for (std::uint8_t address = 1; address <= 2; ++address) {
      Place& place = places_[address - 1U];
      const auto serve = [this, &place](OctetView pdu) {
        const std::lock_guard lock{place.mutex};
        return place.slave.serve(place.meter, pdu, kStreetTime);
      };
      targets.emplace(address, ModbusTarget{serve, &place.faults});
    }
    auto opened = WireEmulator::open(settings, std::move(targets));
    ASSERT_TRUE(opened) << opened.error();
    wire_ = std::move(*opened);
    master_.reset(modbus_new_rtu(wire_->device().c_str(), 115'200, 'N', 8, 1));
    ASSERT_NE(master_, nullptr);
    ASSERT_EQ(modbus_connect(master_.get()), 0) << modbus_strerror(errno);
    modbus_set_response_timeout(master_.get(), 1, 0);
    address(1);
  }
  static WireSettings fast() {
    WireSettings settings;
    settings.baud = 115'200;
    settings.turn_round = 2ms;
    return settings;
  }
  void address(int number) { modbus_set_slave(master_.get(), number); }
  int read(int first, int count) {
    values_.assign(static_cast<std::size_t>(count), 0);
    return modbus_read_registers(master_.get(), first, count, values_.data());
  }
  int write_token(std::uint32_t id, const Token& token) {
    const auto& fields = model_.modbus.token->fields;
    const auto order =
        model::encode_fields({{fields[0], id, {}}, {fields[1], 0, token.digits.reveal()}});
    return modbus_write_registers(master_.get(), kTokenAt, static_cast<int>(order.size()),
                                  order.data());
  }

  struct Place {
    Place(const model::MeterModel& model, std::uint64_t number)
        : meter{street_meter(number), kStreetTime}, slave{model}, faults{number} {}
    [[nodiscard]] std::int64_t balance() {
      const std::lock_guard lock{mutex};
      return meter.balance_minor();
    }
    [[nodiscard]] std::size_t orders() {
      const std::lock_guard lock{mutex};
      return meter.orders().size();
    }
    std::mutex mutex;
    virtual_meter::VirtualMeter meter;
    ModbusSlave slave;
    WireFaults faults;
  };
  model::MeterModel model_ = sim_model();
  std::array<Place, 2> places_{{{model_, 1}, {model_, 2}}};
  std::unique_ptr<WireEmulator> wire_;
  Master master_;
  std::vector<std::uint16_t> values_;
};

TEST_F(SimWireEmulatorTest, MasterReadsTheMeterItAddresses) {
  start();
  ASSERT_EQ(read(kSerialAt, 16), 16) << modbus_strerror(errno);
  EXPECT_EQ(values_[1], ('-' << 8) + '1');
  address(2);
  ASSERT_EQ(read(kSerialAt, 16), 16);
  EXPECT_EQ(values_[1], ('-' << 8) + '2');
  const WireStatistics seen = wire_->statistics();
  EXPECT_EQ(seen.requests, 2U);
  EXPECT_EQ(seen.answers, 2U);
  EXPECT_EQ(seen.octets_out, 2U * 37U);
}

TEST_F(SimWireEmulatorTest, TokenReachesTheMeterAndTheVerdictComesBack) {
  start();
  const std::int64_t before = places_[0].balance();
  ASSERT_GT(write_token(4, virtual_meter::utrn_credit(1, 300, 5)), 0) << modbus_strerror(errno);
  ASSERT_EQ(read(kTransactionAt, 6), 6);
  EXPECT_EQ(values_, (std::vector<std::uint16_t>{0, 4, 1, 0, 0, 300}));
  EXPECT_EQ(places_[0].balance(), before + 300);
}

TEST_F(SimWireEmulatorTest, ExceptionsAreTheOnesOfTheBook) {
  start();
  EXPECT_EQ(read(9'000, 2), -1);
  EXPECT_EQ(errno, EMBXILADD);
  std::uint8_t coil = 0;
  EXPECT_EQ(modbus_read_bits(master_.get(), 0, 1, &coil), -1);
  EXPECT_EQ(errno, EMBXILFUN);
}

TEST_F(SimWireEmulatorTest, WindowIsSelectedAndReadInOneRequest) {
  start();
  const auto to = static_cast<std::uint32_t>(kStreetTime.time_since_epoch().count());
  const std::uint32_t from = to - 4 * 1'800;
  const std::uint16_t select[4]{
      static_cast<std::uint16_t>(from >> 16U), static_cast<std::uint16_t>(from),
      static_cast<std::uint16_t>(to >> 16U), static_cast<std::uint16_t>(to)};
  std::uint16_t window[100]{};
  ASSERT_EQ(modbus_write_and_read_registers(master_.get(), kProfileSelectAt, 4, select, kProfileAt,
                                            100, window),
            100)
      << modbus_strerror(errno);
  EXPECT_EQ(window[0], 4);
}

TEST_F(SimWireEmulatorTest, MasterThatWaitsKeepsTheSilenceAndOneThatDoesNotIsCounted) {
  WireSettings settings = fast();
  settings.baud = 19'200;
  start(settings);
  const auto silence = modbus::LineTiming{settings.baud}.silence();
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(silence);  // the real master's duty on a real line
    ASSERT_EQ(read(0, 5), 5);
  }
  EXPECT_EQ(wire_->statistics().early_requests, 0U);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(read(0, 5), 5);
  EXPECT_GT(wire_->statistics().early_requests, 0U);
}

TEST_F(SimWireEmulatorTest, LateAnswerComesAfterTheMasterGaveUp) {
  start();
  FaultSettings faults;
  faults.late = 400ms;
  places_[0].faults.set(faults);
  modbus_set_response_timeout(master_.get(), 0, 50'000);
  EXPECT_EQ(read(0, 2), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
  pollfd line{modbus_get_socket(master_.get()), POLLIN, 0};
  EXPECT_EQ(::poll(&line, 1, 2'000), 1);
  EXPECT_EQ(wire_->statistics().unanswered, 0U);
}

TEST_F(SimWireEmulatorTest, DamagedAnswersNeverReadAsValues) {
  start();
  FaultSettings faults;
  faults.corrupt_per_mille = 1000;
  places_[0].faults.set(faults);
  modbus_set_response_timeout(master_.get(), 0, 50'000);
  modbus_set_byte_timeout(master_.get(), 0, 20'000);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(read(0, 2), -1);
    modbus_flush(master_.get());
  }
  faults.corrupt_per_mille = 0;
  places_[0].faults.set(faults);
  modbus_set_response_timeout(master_.get(), 5, 0);
  EXPECT_EQ(read(0, 2), 2);
}

TEST_F(SimWireEmulatorTest, OrderWithALostAnswerWasTakenAndAnUnheardOneWasNot) {
  start();
  modbus_set_response_timeout(master_.get(), 0, 50'000);
  FaultSettings faults;
  faults.drop_next = 1;
  places_[0].faults.set(faults);
  EXPECT_EQ(write_token(1, virtual_meter::utrn_credit(1, 10, 1)), -1);
  EXPECT_EQ(places_[0].orders(), 1U);
  faults = {};
  faults.ignore_next = 1;
  places_[0].faults.set(faults);
  EXPECT_EQ(write_token(2, virtual_meter::utrn_credit(2, 10, 2)), -1);
  EXPECT_EQ(places_[0].orders(), 1U);
}

TEST_F(SimWireEmulatorTest, SilentMeterAndUnknownAddressCostATimeoutOnly) {
  start();
  FaultSettings faults;
  faults.silent = true;
  places_[0].faults.set(faults);
  modbus_set_response_timeout(master_.get(), 0, 30'000);
  EXPECT_EQ(read(0, 2), -1);
  address(77);
  EXPECT_EQ(read(0, 2), -1);
  address(2);
  modbus_set_response_timeout(master_.get(), 5, 0);
  EXPECT_EQ(read(0, 2), 2);
  EXPECT_EQ(wire_->statistics().unanswered, 2U);
}

TEST_F(SimWireEmulatorTest, UnpacedLineAsksForNoSilence) {
  WireSettings settings;
  settings.paced = false;
  start(settings);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(read(0, 40), 40);
  EXPECT_EQ(wire_->statistics().early_requests, 0U);
  EXPECT_EQ(wire_->statistics().answers, 200U);
}

}  // namespace
}  // namespace metergate::sim
