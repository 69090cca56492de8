// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <modbus/modbus.h>

#include <cerrno>
#include <memory>

#include "gateway/sim/modbus/slave.hpp"
#include "gateway/sim/modbus/tcp_server.hpp"
#include "tests/support/sim_model.hpp"

namespace metergate::sim {
namespace {

struct FreeModbus {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};

TEST(SimModbusTcpTest, UnitsShareOnePortAndLostAnswersStayLost) {
  const model::MeterModel model = sim_model();
  virtual_meter::VirtualMeter meter{street_meter(3), kStreetTime};
  ModbusSlave slave{model};
  WireFaults faults{1};
  ModbusTargets targets;
  targets.emplace(
      std::uint8_t{3},
      ModbusTarget{[&](OctetView pdu) { return slave.serve(meter, pdu, kStreetTime); }, &faults});
  auto server = ModbusTcpServer::open(0, std::move(targets));
  ASSERT_TRUE(server) << server.error();

  const std::unique_ptr<modbus_t, FreeModbus> master{
      modbus_new_tcp("127.0.0.1", (*server)->port())};
  ASSERT_EQ(modbus_connect(master.get()), 0) << modbus_strerror(errno);
  modbus_set_slave(master.get(), 3);
  std::uint16_t values[16]{};
  ASSERT_EQ(modbus_read_registers(master.get(), kSerialAt, 16, values), 16);
  EXPECT_EQ(values[1], ('-' << 8) + '3');

  modbus_set_slave(master.get(), 4);
  EXPECT_EQ(modbus_read_registers(master.get(), 0, 2, values), -1);
  EXPECT_EQ(errno, EMBXGTAR);

  FaultSettings lost;
  lost.drop_next = 1;
  faults.set(lost);
  modbus_set_slave(master.get(), 3);
  modbus_set_response_timeout(master.get(), 0, 50'000);
  EXPECT_EQ(modbus_read_registers(master.get(), 0, 2, values), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
}

}  // namespace
}  // namespace metergate::sim
