// SPDX-License-Identifier: Apache-2.0
// The virtual DLMS meters on true wires: a TCP port of the kernel's and a pseudo-terminal, asked by
// our own client, blocking.
#include <gtest/gtest.h>

#include <fstream>

#include "gateway/cli/dlms/caller.hpp"
#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/street/street.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/object_list.hpp"
#include "protocols/dlms/data_access.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::sim {
namespace {

using cli::DlmsCaller;
using cli::DlmsMeterOptions;

class DlmsStreetTest : public testing::Test {
 protected:
  void open(DlmsSecurity security, bool paced = false) {
    StreetOptions options;
    options.directory = directory_.path();
    options.lines = 0;
    options.history = std::chrono::days{3};
    options.wire.paced = paced;
    options.wire.baud = 115'200;
    options.dlms.meters = 2;
    options.dlms.tcp_meters = 2;
    options.dlms.security = security;
    auto street = Street::open(options);
    ASSERT_TRUE(street) << street.error();
    street_ = std::move(*street);
  }
  void close() { street_.reset(); }

  DlmsMeterOptions on_tcp(unsigned number) const {
    DlmsMeterOptions out;
    out.host = "127.0.0.1";
    out.port = street_->dlms_port();
    out.client = kDlmsManagementClient;
    out.server = static_cast<std::uint16_t>(number);
    out.street_serial = meter_serial(kDlmsTcpWire, number);
    return out;
  }
  DlmsMeterOptions on_line(unsigned number) const {
    DlmsMeterOptions out;
    out.device = (directory_.path() / "hdlc").string();
    out.baud = 115'200;
    out.client = kDlmsManagementClient;
    out.physical = static_cast<std::uint16_t>(DlmsLine::kFirstAddress + number - 1);
    out.street_serial = meter_serial(kHdlcWire, number);
    return out;
  }
  DlmsMeterOptions with_gmac(DlmsMeterOptions options) const {
    options.security = "gmac";
    options.client_title = "4845530000000001";
    options.counter_file = (directory_.path() / "our-counter").string();
    return options;
  }

  static std::unique_ptr<DlmsCaller> call(const DlmsMeterOptions& options) {
    auto prepared = cli::dlms_call(options);
    if (!prepared) throw std::runtime_error{prepared.error().text};
    auto wire = options.device.empty() ? cli::DlmsWire::connect(options.host, options.port)
                                       : cli::DlmsWire::open(options.device, options.baud);
    if (!wire) throw std::runtime_error{wire.error().text};
    return std::make_unique<DlmsCaller>(std::move(wire).value(), std::move(*prepared));
  }
  static std::string serial(DlmsCaller& caller) {
    const auto answer = caller.get({cosem::data::kClass, cosem::kDeviceId, 2, {}});
    if (!answer) return answer.error().text;
    const auto* data = std::get_if<dlms::Data>(&answer.value());
    return data == nullptr ? "refused" : dlms::text_of(*data).value_or("no text");
  }
  static std::size_t rows(DlmsCaller& caller) {
    const auto answer = caller.get({cosem::profile_generic::kClass, cosem::kLoadProfile, 2, {}});
    const auto* data = answer ? std::get_if<dlms::Data>(&answer.value()) : nullptr;
    const auto* list = data == nullptr ? nullptr : dlms::array_of(*data);
    return list == nullptr ? 0 : list->size();
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Street> street_;
};

TEST_F(DlmsStreetTest, EachMeterOfATcpPortAnswersUnderItsNumber) {
  open(DlmsSecurity::None);
  for (const unsigned number : {1U, 2U}) {
    const auto options = on_tcp(number);
    const auto caller = call(options);
    EXPECT_EQ(serial(*caller), options.street_serial);
    EXPECT_GE(rows(*caller), 3U * 48 - 1);
    caller->close();
  }
}

TEST_F(DlmsStreetTest, EachMeterOfALineAnswersAtItsAddress) {
  open(DlmsSecurity::LowLevel);
  for (const unsigned number : {1U, 2U}) {
    auto options = on_line(number);
    options.security = "lls";
    const auto caller = call(options);
    EXPECT_EQ(serial(*caller), options.street_serial);
    EXPECT_GE(rows(*caller), 3U * 48 - 1) << "in frames of 128 octets, in blocks of 1024";
    caller->close();
  }
}

TEST_F(DlmsStreetTest, ACipheredMeterIsReadOverBothWires) {
  open(DlmsSecurity::Gmac);
  for (const auto& options : {with_gmac(on_tcp(1)), with_gmac(on_line(1))}) {
    const auto caller = call(options);
    EXPECT_EQ(serial(*caller), options.street_serial);
    EXPECT_GE(rows(*caller), 3U * 48 - 1);
    caller->close();
  }
}

TEST_F(DlmsStreetTest, NoCounterIsUsedTwiceThoughBothSidesAreStartedAnew) {
  open(DlmsSecurity::Gmac);
  {
    const auto caller = call(with_gmac(on_tcp(1)));
    ASSERT_EQ(serial(*caller), meter_serial(kDlmsTcpWire, 1));
  }  // without a word of good-bye
  close();
  open(DlmsSecurity::Gmac);
  const auto caller = call(with_gmac(on_tcp(1)));
  EXPECT_EQ(serial(*caller), meter_serial(kDlmsTcpWire, 1));
}

TEST_F(DlmsStreetTest, AClientThatForgotItsCounterIsBroughtUpToDate) {
  open(DlmsSecurity::Gmac);
  ASSERT_EQ(serial(*call(with_gmac(on_tcp(1)))), meter_serial(kDlmsTcpWire, 1));
  std::filesystem::remove(directory_.path() / "our-counter");
  auto public_client = on_tcp(1);
  public_client.client = kDlmsPublicClient;
  const auto answer =
      call(public_client)->get({cosem::data::kClass, cosem::invocation_counter_object(0), 2, {}});
  ASSERT_TRUE(answer);
  const auto last = dlms::integer_of(std::get<dlms::Data>(answer.value()));
  ASSERT_TRUE(last);
  std::ofstream{directory_.path() / "our-counter"} << *last + 1 << '\n';
  EXPECT_EQ(serial(*call(with_gmac(on_tcp(1)))), meter_serial(kDlmsTcpWire, 1));
}

TEST_F(DlmsStreetTest, APacedLineTakesItsTime) {
  open(DlmsSecurity::None, true);
  const auto caller = call(on_line(1));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_GE(rows(*caller), 3U * 48 - 1);
  // A row with null-data for its time and marks has 14 octets; 11,520 go in a second.
  const auto least = std::chrono::milliseconds{144 * 14 * 1'000 / 11'520};
  EXPECT_GE(std::chrono::steady_clock::now() - begin, least);
}

}  // namespace
}  // namespace metergate::sim
