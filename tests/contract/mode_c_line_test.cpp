// SPDX-License-Identifier: Apache-2.0
// Meters that are opened by IEC 62056-21 on true pseudo-terminals: read out in mode C, and reached
// by HDLC behind mode E.
#include "gateway/links/mode_c_line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "config/model_file.hpp"
#include "gateway/drivers/dlms_driver.hpp"
#include "gateway/drivers/mode_c_driver.hpp"
#include "gateway/links/dlms_line.hpp"
#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/street/street.hpp"
#include "gateway/sim/wire/descriptor.hpp"
#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/iec62056_21/parity.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::sim {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path kModels =
    std::filesystem::path{METERGATE_SOURCE_DIR} / "meters" / "models" / "data";

Now now() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

class OpenedLine : public testing::Test {
 protected:
  void open_street(unsigned mode_c, unsigned mode_e, std::uint32_t baud = 9'600) {
    StreetOptions options;
    options.directory = directory_.path();
    options.model_directories = {kModels};
    options.lines = 0;
    options.history = std::chrono::days{3};
    options.wire.paced = false;
    options.wire.baud = baud;
    options.mode_c.meters = mode_c;
    options.dlms.meters = mode_e;
    options.dlms.mode_e = true;
    auto street = Street::open(options);
    ASSERT_TRUE(street) << street.error();
    street_ = std::move(*street);
  }

  WireResult carry(Link& link, WireRequest request) {
    request.timeout = 2s;
    std::optional<WireResult> answer;
    link.transact(std::move(request),
                  [&](WireResult result) { answer.emplace(std::move(result)); });
    loop_.restart();
    while (!answer) loop_.run_one();
    return std::move(*answer);
  }

  OperationResult run(Link& link, const Driver& driver, const operation::Operation& operation,
                      const MeterAddress& address) {
    const auto exchange = driver.start(operation, address, Pace::Full);
    DriverStep step = exchange->begin(now());
    for (;;) {
      if (auto* finished = std::get_if<Finished>(&step)) return std::move(finished->result);
      step = exchange->answered(carry(link, std::get<Transact>(step).request), now());
    }
  }

  std::string serial(Link& link, const Driver& driver, const MeterAddress& address) {
    const auto result = run(link, driver, operation::Identify{}, address);
    if (!result) return result.error().what;
    return std::get<operation::Identity>(*result).serial.text();
  }

  StreetMeter& meter(std::size_t index) { return *street_->places()[index].meter; }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Street> street_;
  boost::asio::io_context loop_{1};
  std::optional<bool> up_;
};

// ---- mode C -------------------------------------------------------------------------------------

class ModeCContract : public OpenedLine {
 protected:
  std::unique_ptr<metergate::ModeCLine> open_line(std::uint32_t greatest = 9'600) {
    return std::make_unique<metergate::ModeCLine>(
        loop_, ModeCSerial{directory_.path() / "mode-c", 300, greatest},
        [this](bool up, const std::string&) { up_ = up; });
  }
  static MeterAddress called(unsigned number) {
    return {static_cast<std::uint16_t>(number), meter_serial(kModeCWire, number)};
  }

  const model::MeterModel model_ = *config::load_model(kModels / "virtual-credit-mode-c.toml");
  ModeCDriver driver_{model_};
};

TEST_F(ModeCContract, MetersOfOneLineAreCalledByTheirAddressesAndReadOut) {
  open_street(2, 0);
  const auto line = open_line();
  for (const unsigned number : {1U, 2U}) {
    EXPECT_EQ(serial(*line, driver_, called(number)), meter_serial(kModeCWire, number));
  }
  EXPECT_EQ(up_, true);
  const auto read = run(*line, driver_, operation::ReadRegisters{}, called(2));
  ASSERT_TRUE(read) << read.error().what;
  const auto& values = std::get<RegisterReading>(*read).values;
  const auto expected = meter(1).with([](virtual_meter::VirtualMeter& hanging, UtcSeconds at) {
    return std::get<RegisterReading>(*hanging.perform(operation::ReadRegisters{}, at));
  });
  const auto value_of = [](const auto& list, const char* obis) {
    const auto found = std::ranges::find(list, *cosem::ObisCode::parse(obis), &RegisterValue::obis);
    return found == list.end() ? -1.0 : found->value.as_double();
  };
  EXPECT_NEAR(value_of(values, "1-0:1.8.0"), value_of(expected->values, "1-0:1.8.0"), 10.0);
  EXPECT_GT(value_of(values, "1-0:1.8.0"), 0.0);
  EXPECT_NEAR(value_of(values, "1-0:32.7.0"), 230.0, 5.0);
  EXPECT_EQ(value_of(values, "1-0:1.8.0*1"), -1.0) << "this meter has none: it is not reported";
  const auto clock = run(*line, driver_, operation::ReadClock{}, called(1));
  ASSERT_TRUE(clock) << clock.error().what;
  const auto drift = std::get<operation::ClockReading>(*clock).meter_time - now().utc;
  EXPECT_LT(std::chrono::abs(drift), 10s);
}

TEST_F(ModeCContract, WhoIsAloneNeedsNoAddress) {
  open_street(1, 0);
  const auto line = open_line();
  EXPECT_EQ(serial(*line, driver_, {1, {}}), meter_serial(kModeCWire, 1));
}

TEST_F(ModeCContract, AMeterThatIsFasterThanTheLineIsReadWhereItBegan) {
  open_street(1, 0, 19'200);
  const auto line = open_line(2'400);
  EXPECT_EQ(serial(*line, driver_, called(1)), meter_serial(kModeCWire, 1));
}

TEST_F(ModeCContract, SilenceAndDamageAreToldApartAndPass) {
  open_street(1, 0);
  const auto line = open_line();
  FaultSettings faults;
  faults.silent = true;
  meter(0).faults().set(faults);
  auto result = run(*line, driver_, operation::Identify{}, called(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NoAnswer);
  faults = {};
  faults.corrupt_per_mille = 1'000;
  meter(0).faults().set(faults);
  result = run(*line, driver_, operation::Identify{}, called(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::BadFrame) << result.error().what;
  meter(0).faults().set({});
  EXPECT_EQ(serial(*line, driver_, called(1)), meter_serial(kModeCWire, 1));
}

TEST_F(ModeCContract, WhatIsNoReadoutIsNotSupported) {
  open_street(1, 0);
  const auto line = open_line();
  for (const operation::Operation& op :
       {operation::Operation{operation::ReadRelay{}}, operation::Operation{operation::ReadDaily{}},
        operation::Operation{operation::ReadProfile{}}, operation::Operation{operation::SetClock{}},
        operation::Operation{operation::OperateRelay{}}}) {
    const auto result = run(*line, driver_, op, called(1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, OperationFault::Reason::Unsupported) << op.index();
  }
}

TEST_F(ModeCContract, ADeviceThatIsNotThereHasSentNothing) {
  const auto line = open_line();
  const auto result = run(*line, driver_, operation::Identify{}, called(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NotSent);
  EXPECT_EQ(up_, false);
}

/// A reader of octets, whose speed is in our hand.
class BareReader {
 public:
  explicit BareReader(const std::filesystem::path& device)
      : port_{::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)} {}

  void at(speed_t speed) {
    termios settings{};
    ASSERT_EQ(::tcgetattr(port_.get(), &settings), 0);
    ::cfmakeraw(&settings);
    ::cfsetspeed(&settings, speed);
    ASSERT_EQ(::tcsetattr(port_.get(), TCSANOW, &settings), 0);
  }
  void say(const Octets& message) {
    const Octets octets = iec62056_21::with_parity(message);
    ASSERT_EQ(::write(port_.get(), octets.data(), octets.size()),
              static_cast<ssize_t>(octets.size()));
  }
  bool hears_nothing_for(std::chrono::milliseconds length) {
    pollfd source{port_.get(), POLLIN, 0};
    return ::poll(&source, 1, static_cast<int>(length.count())) == 0;
  }
  /// What comes until nothing has for a second.
  Octets heard() {
    Octets out;
    pollfd source{port_.get(), POLLIN, 0};
    while (::poll(&source, 1, 1'000) > 0) {
      std::array<std::uint8_t, 4'096> buffer;
      const ssize_t got = ::read(port_.get(), buffer.data(), buffer.size());
      if (got <= 0) break;
      out.insert(out.end(), buffer.begin(), buffer.begin() + got);
    }
    return out;
  }

 private:
  Descriptor port_;
};

TEST_F(ModeCContract, WhoSwitchesWronglyHearsNoise) {
  open_street(1, 0);
  BareReader reader{directory_.path() / "mode-c"};
  for (const auto& [speed, understood] :
       {std::pair<speed_t, bool>{B9600, true}, {B300, false}, {B4800, false}}) {
    reader.at(B300);
    reader.say(iec62056_21::RequestMessage{}.encode());
    const auto identification = iec62056_21::without_parity(reader.heard());
    ASSERT_TRUE(identification);
    EXPECT_EQ(iec62056_21::IdentificationMessage::decode(*identification)->speed, '5');
    reader.say(iec62056_21::OptionSelectMessage{'0', '5', '0'}.encode());
    EXPECT_TRUE(reader.hears_nothing_for(200ms)) << "as long as the option is on the wire";
    reader.at(speed);
    const Octets octets = reader.heard();
    EXPECT_GT(octets.size(), 100U);
    const auto message = iec62056_21::without_parity(octets);
    EXPECT_EQ(message && iec62056_21::DataMessage::decode(*message), understood) << speed;
  }
  reader.at(B9600);
  reader.say(iec62056_21::RequestMessage{}.encode());
  EXPECT_TRUE(reader.heard().empty()) << "called at a speed the meter does not listen at";
}

// ---- mode E -------------------------------------------------------------------------------------

class ModeEContract : public OpenedLine {
 protected:
  std::unique_ptr<metergate::DlmsLine> open_line(std::uint32_t greatest = 9'600) {
    metergate::DlmsLine::Hooks hooks;
    hooks.state_changed = [this](bool up, const std::string&) { up_ = up; };
    hooks.reserve_counters = [](std::uint16_t, std::uint32_t) { return true; };
    auto line = std::make_unique<metergate::DlmsLine>(
        loop_, DlmsSerial{directory_.path() / "hdlc", greatest, 300}, std::move(hooks));
    for (const unsigned number : {1U, 2U}) {
      const SerialNumber name = *SerialNumber::parse(meter_serial(kHdlcWire, number));
      BenchOptions options;
      options.security = DlmsSecurity::None;
      options.carrier = dlms::Carrier::Hdlc;
      auto session = DlmsBench::session_settings(options, dlms_setup(name, options.security), name);
      session.link.server = {hdlc::kManagementLogicalDevice, address(number).number, 2};
      session.link.answer_timeout = 1s;
      DlmsMeterName called;
      called.device_address = name.text();
      line->name_meter(address(number).number, called);
      line->add_meter(address(number).number, session);
    }
    return line;
  }
  static MeterAddress address(unsigned number) {
    return {static_cast<std::uint16_t>(sim::DlmsLine::kFirstAddress + number - 1), {}};
  }

  const model::MeterModel model_ = dlms_model();
  DlmsDriver driver_{model_};
};

TEST_F(ModeEContract, MetersAreOpenedOneAfterTheOtherAndReadByHdlc) {
  open_street(0, 2);
  const auto line = open_line();
  for (int round = 0; round < 2; ++round) {
    for (const unsigned number : {1U, 1U, 2U}) {
      EXPECT_EQ(serial(*line, driver_, address(number)), meter_serial(kHdlcWire, number));
    }
  }
  EXPECT_EQ(up_, true);
}

TEST_F(ModeEContract, AMeterThatIsFasterThanTheLineSpeaksHdlcWhereItBegan) {
  open_street(0, 1, 19'200);
  const auto line = open_line(4'800);
  EXPECT_EQ(serial(*line, driver_, address(1)), meter_serial(kHdlcWire, 1));
}

TEST_F(ModeEContract, ASilentMeterCostsTheOthersNothingButItsTime) {
  open_street(0, 2);
  const auto line = open_line();
  FaultSettings faults;
  faults.silent = true;
  meter(0).faults().set(faults);
  const auto result = run(*line, driver_, operation::Identify{}, address(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NoAnswer) << result.error().what;
  EXPECT_EQ(up_, true) << "the line is there";
  EXPECT_EQ(serial(*line, driver_, address(2)), meter_serial(kHdlcWire, 2));
}

TEST_F(ModeEContract, WithoutASignOnNobodyAnswers) {
  open_street(0, 1);
  metergate::DlmsLine::Hooks hooks;
  hooks.state_changed = [](bool, const std::string&) {};
  hooks.reserve_counters = [](std::uint16_t, std::uint32_t) { return true; };
  metergate::DlmsLine line{loop_, DlmsSerial{directory_.path() / "hdlc", 9'600, {}},
                           std::move(hooks)};
  const SerialNumber name = *SerialNumber::parse(meter_serial(kHdlcWire, 1));
  BenchOptions options;
  options.security = DlmsSecurity::None;
  options.carrier = dlms::Carrier::Hdlc;
  auto session = DlmsBench::session_settings(options, dlms_setup(name, options.security), name);
  session.link.server = {hdlc::kManagementLogicalDevice, address(1).number, 2};
  session.link.answer_timeout = 200ms;
  line.add_meter(address(1).number, session);
  const auto result = run(line, driver_, operation::Identify{}, address(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NoAnswer);
}

}  // namespace
}  // namespace metergate::sim
