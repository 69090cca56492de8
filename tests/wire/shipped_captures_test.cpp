// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "config/model_file.hpp"
#include "protocols/modbus/rtu_frame.hpp"
#include "protocols/octets/hex.hpp"

/// Printed exchanges carry a check sum that this project did not work out itself: it shows that
/// nobody slipped when copying the octets.
namespace metergate {
namespace {

Octets on_the_wire(const Octets& frame) {
  return modbus::encode_rtu(frame.front(), OctetView{frame}.subspan(1));
}

std::string check_sum(const Octets& frame) {
  const Octets wire = on_the_wire(frame);
  return hex::text(OctetView{wire}.last(2));
}

class ShippedCaptures : public ::testing::Test {
 protected:
  config::ModelCatalogue models_ =
      *config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
};

TEST_F(ShippedCaptures, HaveTheCheckSumsThatAbbPrints) {
  const auto& captures = models_.at("abb-a43").captures;
  ASSERT_EQ(captures.size(), 2U);
  EXPECT_EQ(check_sum(captures[0].request), "55 55");
  EXPECT_EQ(check_sum(captures[0].response), "2f 9f");
  EXPECT_EQ(check_sum(captures[1].request), "54 71");
  EXPECT_EQ(check_sum(captures[1].response), "21 b0");
}

TEST_F(ShippedCaptures, HaveTheCheckSumsThatEastronPrints) {
  for (const char* name : {"eastron-sdm120", "eastron-sdm630"}) {
    const auto& captures = models_.at(name).captures;
    ASSERT_EQ(captures.size(), 1U) << name;
    EXPECT_EQ(check_sum(captures[0].request), "71 cb") << name;
    EXPECT_EQ(check_sum(captures[0].response), "1b 38") << name;
  }
}

TEST_F(ShippedCaptures, AreFramesOnASerialLine) {
  for (const auto& [name, one] : models_) {
    if (one.protocol != model::Protocol::Modbus) continue;
    for (const model::Capture& capture : one.captures) {
      for (const Octets& frame : {capture.request, capture.response}) {
        const auto read = modbus::decode_rtu(on_the_wire(frame));
        ASSERT_TRUE(read) << name << ": " << capture.source;
        EXPECT_EQ(read->address, frame.front());
      }
    }
  }
}

}  // namespace
}  // namespace metergate
