// SPDX-License-Identifier: Apache-2.0
// Our link to DLMS meters on true wires: a pseudo-terminal with several meters on it, and a TCP
// port of the kernel's.
#include "gateway/links/dlms_line.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "gateway/drivers/dlms_driver.hpp"
#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/street/street.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::sim {
namespace {

class DlmsLineContract : public testing::TestWithParam<DlmsSecurity> {
 protected:
  void SetUp() override {
    StreetOptions options;
    options.directory = directory_.path();
    options.lines = 0;
    options.history = std::chrono::days{3};
    options.wire.paced = false;
    options.dlms.meters = 2;
    options.dlms.tcp_meters = 2;
    options.dlms.security = GetParam();
    options.dlms.max_pdu = meter_pdu();
    auto street = Street::open(options);
    ASSERT_TRUE(street) << street.error();
    street_ = std::move(*street);
  }

  [[nodiscard]] virtual std::uint16_t meter_pdu() const { return 1024; }
  [[nodiscard]] virtual std::uint8_t block_window() const { return 0; }

  /// As the bench has them, with the addresses of this wire.
  dlms::SessionSettings settings(const std::string& serial, dlms::Carrier carrier) {
    const SerialNumber number = *SerialNumber::parse(serial);
    BenchOptions options;
    options.security = GetParam();
    options.carrier = carrier;
    options.block_window =
        carrier == dlms::Carrier::Hdlc && block_window() > 1 ? std::uint8_t{1} : block_window();
    return DlmsBench::session_settings(options, dlms_setup(number, options.security), number);
  }

  static bool is_ciphered() { return GetParam() >= DlmsSecurity::Gmac; }

  std::unique_ptr<metergate::DlmsLine> open_line(const DlmsWay& way) {
    metergate::DlmsLine::Hooks hooks;
    hooks.state_changed = [this](bool up, const std::string&) { up_ = up; };
    hooks.reserve_counters = [this](std::uint16_t, std::uint32_t end) {
      reserved_ = end;
      return counters_can_be_kept_;
    };
    return std::make_unique<metergate::DlmsLine>(loop_, way, std::move(hooks));
  }

  OperationResult run(Link& link, const operation::Operation& operation, std::uint16_t meter) {
    const auto exchange = driver_.start(operation, {meter, {}}, Pace::Full);
    const Now now{std::chrono::steady_clock::now(),
                  std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
    DriverStep step = exchange->begin(now);
    for (;;) {
      if (auto* finished = std::get_if<Finished>(&step)) return std::move(finished->result);
      std::optional<WireResult> answer;
      link.transact(std::get<Transact>(step).request,
                    [&](WireResult result) { answer.emplace(std::move(result)); });
      loop_.restart();
      while (!answer) loop_.run_one();
      step = exchange->answered(std::move(*answer), now);
    }
  }
  std::string serial(Link& link, std::uint16_t meter) {
    const auto result = run(link, operation::Identify{}, meter);
    if (!result) return result.error().what;
    return std::get<operation::Identity>(*result).serial.text();
  }

  const model::MeterModel model_ = dlms_model();
  DlmsDriver driver_{model_};
  test::TemporaryDirectory directory_;
  std::unique_ptr<Street> street_;
  boost::asio::io_context loop_{1};
  std::optional<bool> up_;
  std::uint32_t reserved_ = 0;
  bool counters_can_be_kept_ = true;
};

TEST_P(DlmsLineContract, MetersOfOneLineAreToldApartAndKeepTheirAssociations) {
  const auto line = open_line(DlmsSerial{directory_.path() / "hdlc", 9600});
  for (const unsigned number : {1U, 2U}) {
    const auto address = static_cast<std::uint16_t>(sim::DlmsLine::kFirstAddress + number - 1);
    auto session = settings(meter_serial(kHdlcWire, number), dlms::Carrier::Hdlc);
    session.link.server = {hdlc::kManagementLogicalDevice, address, 2};
    line->add_meter(address, session);
  }
  for (int round = 0; round < 2; ++round) {
    for (const unsigned number : {1U, 2U}) {
      const auto address = static_cast<std::uint16_t>(sim::DlmsLine::kFirstAddress + number - 1);
      EXPECT_EQ(serial(*line, address), meter_serial(kHdlcWire, number));
    }
  }
  EXPECT_EQ(up_, true);
  EXPECT_EQ(reserved_ > 0, is_ciphered());
}

TEST_P(DlmsLineContract, AProfileOfThreeDaysComesOverTcp) {
  const auto line = open_line(DlmsTcp{"127.0.0.1", street_->dlms_port()});
  auto session = settings(meter_serial(kDlmsTcpWire, 2), dlms::Carrier::Wrapper);
  session.server_port = 2;
  line->add_meter(2, session);
  EXPECT_EQ(serial(*line, 2), meter_serial(kDlmsTcpWire, 2));
  const auto clock = run(*line, operation::ReadClock{}, 2);
  ASSERT_TRUE(clock) << clock.error().what;
  const UtcSeconds end =
      period_start(std::get<operation::ClockReading>(*clock).meter_time, CapturePeriod{30});
  const auto page = run(*line, operation::ReadProfile{end - std::chrono::hours{48}, end}, 2);
  ASSERT_TRUE(page) << page.error().what;
  EXPECT_GE(std::get<operation::ProfilePage>(*page).intervals.size(), 95U);
}

TEST_P(DlmsLineContract, NobodyAtHomeIsSaidToHaveGotNothing) {
  street_.reset();
  const auto line = open_line(DlmsTcp{"127.0.0.1", 1});
  line->add_meter(1, settings(meter_serial(kDlmsTcpWire, 1), dlms::Carrier::Wrapper));
  const auto result = run(*line, operation::Identify{}, 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().link->reason, LinkFault::Reason::NotSent);
  EXPECT_EQ(up_, false);
}

TEST_P(DlmsLineContract, WithoutADiskForTheCountersNothingCipheredLeaves) {
  counters_can_be_kept_ = false;
  const auto line = open_line(DlmsTcp{"127.0.0.1", street_->dlms_port()});
  auto session = settings(meter_serial(kDlmsTcpWire, 1), dlms::Carrier::Wrapper);
  session.server_port = 1;
  line->add_meter(1, session);
  EXPECT_EQ(run(*line, operation::Identify{}, 1).has_value(), !is_ciphered());
}

/// Meters that take so little that every request but the shortest goes in general blocks.
class DlmsBlocksContract : public DlmsLineContract {
 protected:
  [[nodiscard]] std::uint16_t meter_pdu() const override { return 64; }
  [[nodiscard]] std::uint8_t block_window() const override { return 4; }

  void reads_a_day(metergate::DlmsLine& line, std::uint16_t meter) {
    const auto clock = run(line, operation::ReadClock{}, meter);
    ASSERT_TRUE(clock) << clock.error().what;
    const UtcSeconds end =
        period_start(std::get<operation::ClockReading>(*clock).meter_time, CapturePeriod{30});
    const auto page = run(line, operation::ReadProfile{end - std::chrono::hours{24}, end}, meter);
    ASSERT_TRUE(page) << page.error().what;
    EXPECT_GE(std::get<operation::ProfilePage>(*page).intervals.size(), 47U);
  }
};

TEST_P(DlmsBlocksContract, OverHdlcOneByOne) {
  const auto line = open_line(DlmsSerial{directory_.path() / "hdlc", 9600});
  auto session = settings(meter_serial(kHdlcWire, 1), dlms::Carrier::Hdlc);
  session.link.server = {hdlc::kManagementLogicalDevice, sim::DlmsLine::kFirstAddress, 2};
  line->add_meter(sim::DlmsLine::kFirstAddress, session);
  reads_a_day(*line, sim::DlmsLine::kFirstAddress);
}

TEST_P(DlmsBlocksContract, OverTcpInWindows) {
  const auto line = open_line(DlmsTcp{"127.0.0.1", street_->dlms_port()});
  auto session = settings(meter_serial(kDlmsTcpWire, 1), dlms::Carrier::Wrapper);
  session.server_port = 1;
  session.association.max_receive_pdu = 300;
  line->add_meter(1, session);
  reads_a_day(*line, 1);
}

INSTANTIATE_TEST_SUITE_P(Securities, DlmsBlocksContract,
                         testing::Values(DlmsSecurity::None, DlmsSecurity::Gmac,
                                         DlmsSecurity::EcdsaP384),
                         [](const auto& security) {
                           return "Security" + std::to_string(static_cast<int>(security.param));
                         });

INSTANTIATE_TEST_SUITE_P(Securities, DlmsLineContract,
                         testing::Values(DlmsSecurity::None, DlmsSecurity::LowLevel,
                                         DlmsSecurity::Gmac, DlmsSecurity::EcdsaP256,
                                         DlmsSecurity::EcdsaP384),
                         [](const auto& security) {
                           std::string word{dlms_security_word(security.param)};
                           std::erase(word, '-');
                           return word;
                         });

}  // namespace
}  // namespace metergate::sim
