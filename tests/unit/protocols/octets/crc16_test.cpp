// SPDX-License-Identifier: Apache-2.0
#include "protocols/octets/crc16.hpp"

#include <gtest/gtest.h>

namespace metergate {
namespace {

TEST(Crc16Test, CheckValueOfTheModbusVariant) {
  const Octets digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(crc16_modbus(digits), 0x4B37);
}

TEST(Crc16Test, ExampleOfTheSerialLineSpecification) {
  // MODBUS over Serial Line V1.02, 6.2.2: frame 02 07 has CRC 1241 hex.
  EXPECT_EQ(crc16_modbus(Octets{0x02, 0x07}), 0x1241);
}

}  // namespace
}  // namespace metergate
