// SPDX-License-Identifier: Apache-2.0
#include "gateway/scan/scan_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gateway/sim/modbus/slave.hpp"
#include "meters/virtual/virtual_meter.hpp"

namespace metergate::scan {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr UtcSeconds kNow{std::chrono::seconds{1'770'000'000}};

/// A line with meters of shipped models at addresses.
class Line {
 public:
  Line() : models_{*config::load_models({METERGATE_SOURCE_DIR "/meters/models/data"})} {}

  void hang(std::uint16_t address, const std::string& model) {
    virtual_meter::Settings settings{.serial = *SerialNumber::parse("VM000042")};
    settings.supply = SupplyState::On;
    meters_.emplace(address, Place{sim::ModbusSlave{models_.at(model)},
                                   virtual_meter::VirtualMeter{settings, kNow}});
  }
  void noise_at(std::uint16_t address) { noise_ = address; }
  void cut() { cut_ = true; }

  Outcome scan(std::uint16_t address) {
    return scan_address(address, models_,
                        {[this](const WireRequest& request) { return transact(request); },
                         [] {
                           return Now{Instant{}, UtcTime{kNow}};
                         },
                         [](std::chrono::milliseconds) {}});
  }
  Found found_at(std::uint16_t address) { return std::get<Found>(scan(address)); }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  struct Place {
    sim::ModbusSlave slave;
    virtual_meter::VirtualMeter meter;
  };

  WireResult transact(const WireRequest& request) {
    ++requests_;
    using Reason = LinkFault::Reason;
    if (cut_) return failure(LinkFault{Reason::NotSent, "no such device"});
    if (request.to.number == noise_) return failure(LinkFault{Reason::BadFrame, "noise"});
    const auto place = meters_.find(request.to.number);
    if (place == meters_.end()) return failure(LinkFault{Reason::NoAnswer, "silence"});
    auto answer = place->second.slave.serve(place->second.meter, request.octets, kNow);
    if (!answer) return failure(LinkFault{Reason::NoAnswer, "silence"});
    return WireAnswer{.octets = std::move(*answer)};
  }

  config::ModelCatalogue models_;
  std::map<std::uint16_t, Place> meters_;
  std::optional<std::uint16_t> noise_;
  bool cut_ = false;
  int requests_ = 0;
};

TEST(ScanAddress, IdentificationRegistersNameTheModelAndTheMeter) {
  Line line;
  line.hang(7, "virtual-prepayment-modbus");
  const Found found = line.found_at(7);
  EXPECT_EQ(found.fit, Fit::Identified);
  EXPECT_THAT(found.models, ElementsAre("virtual-prepayment-modbus"));
  EXPECT_EQ(found.serial, "VM000042");
  EXPECT_FALSE(found.firmware.empty());
}

TEST(ScanAddress, WithoutThemMainsWhereTheModelSaysMakeItLikely) {
  for (const char* model : {"eastron-sdm120", "eastron-sdm630", "abb-b23", "schneider-iem3155"}) {
    Line line;
    line.hang(1, model);
    const Found found = line.found_at(1);
    EXPECT_EQ(found.fit, Fit::Likely) << model;
    EXPECT_THAT(found.models, Contains(model));
  }
}

TEST(ScanAddress, ASilentAddressCostsOneQuestion) {
  Line line;
  const Outcome outcome = line.scan(3);
  ASSERT_TRUE(std::holds_alternative<NothingThere>(outcome));
  EXPECT_EQ(std::get<NothingThere>(outcome).silence, Silence::NoAnswer);
  EXPECT_EQ(line.requests(), 1);
}

TEST(ScanAddress, AGatewayThatKnowsNobodyThereIsNoMeter) {
  const config::ModelCatalogue models =
      *config::load_models({METERGATE_SOURCE_DIR "/meters/models/data"});
  for (const std::uint8_t code : {std::uint8_t{0x0A}, std::uint8_t{0x0B}}) {
    const auto refuse = [&](const WireRequest& request) {
      const auto function = static_cast<std::uint8_t>(request.octets[0] | 0x80U);
      return WireAnswer{.octets = {function, code}};
    };
    const Outcome outcome =
        scan_address(9, models, {refuse, [] { return Now{}; }, [](std::chrono::milliseconds) {}});
    EXPECT_TRUE(std::holds_alternative<NothingThere>(outcome));
  }
}

TEST(ScanAddress, DamagedAnswersAreToldFromSilence) {
  Line line;
  line.noise_at(4);
  EXPECT_EQ(std::get<NothingThere>(line.scan(4)).silence, Silence::Damaged);
}

TEST(ScanAddress, ALineThatIsGoneEndsTheScan) {
  Line line;
  line.cut();
  EXPECT_EQ(std::get<LineBroken>(line.scan(1)).what, "no such device");
}

TEST(Judge, AVoltageThatNoMainsHasIsEnoughAgainstAModel) {
  const auto obis = *cosem::ObisCode::parse("1-0:32.7.0");
  const auto reading = [&](std::int64_t volts) {
    return RegisterReading{{}, {{obis, Decimal{volts, 0}, Unit::V}}};
  };
  EXPECT_EQ(judge(reading(230)), Fit::Likely);
  EXPECT_EQ(judge(reading(0)), Fit::Possible) << "a phase that is not connected";
  EXPECT_EQ(judge(reading(17'000)), Fit::No);
  EXPECT_EQ(judge(RegisterReading{}), Fit::No);
}

}  // namespace
}  // namespace metergate::scan
