// SPDX-License-Identifier: Apache-2.0
// A meter on a true serial line that says something while it is being asked: in frames of its own,
// ciphered, in the middle of the link's opening.
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "gateway/links/dlms_line.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "tests/support/dlms_bench.hpp"

namespace metergate::sim {
namespace {

constexpr std::uint16_t kMeter = 17;
constexpr dlms::SystemTitle kTitle{{'M', 'T', 'G', 0, 0, 0, 0, 9}};

class DlmsHdlcPush : public testing::Test {
 protected:
  DlmsHdlcPush() {
    metergate::DlmsLine::Hooks hooks;
    hooks.state_changed = [](bool, const std::string&) {};
    hooks.reserve_counters = [](std::uint16_t, std::uint32_t) { return true; };
    hooks.told = [this](std::uint16_t meter, Octets apdu, dlms::PushProof proof) {
      EXPECT_EQ(meter, kMeter);
      told_.push_back(std::move(apdu));
      proofs_.push_back(proof);
    };
    line_ = std::make_unique<metergate::DlmsLine>(loop_, DlmsSerial{terminal_.device(), 9600},
                                                  std::move(hooks));
    for (const std::uint16_t other : {kMeter, std::uint16_t{18}}) {
      dlms::SessionSettings session = settings_;
      session.link.server.lower = other;
      line_->add_meter(other, session);
    }
  }

  static dlms::SessionSettings settings() {
    const SerialNumber serial = *SerialNumber::parse("VM00001001");
    BenchOptions options;
    options.security = DlmsSecurity::Gmac;
    options.carrier = dlms::Carrier::Hdlc;
    dlms::SessionSettings out =
        DlmsBench::session_settings(options, dlms_setup(serial, options.security), serial);
    out.link.server = {hdlc::kManagementLogicalDevice, kMeter, 2};
    return out;
  }
  [[nodiscard]] Octets push(std::uint32_t counter) const {
    return dlms::cipher(settings_.association.security->keys,
                        {.wrapping = dlms::Wrapping::GeneralGlobal,
                         .sender = kTitle,
                         .invocation_counter = counter},
                        plain_)
        .value();
  }
  /// Out of the meter's end of the wire, in two frames.
  void says(const Octets& apdu) const {
    Octets information{0xE6, 0xE7, 0x00};
    information.insert(information.end(), apdu.begin(), apdu.end());
    const OctetView whole{information};
    const std::size_t half = whole.size() / 2;
    for (const auto& [part, more] :
         {std::pair{whole.first(half), true}, std::pair{whole.subspan(half), false}}) {
      const Octets frame = hdlc::encode_with_flags({settings_.link.client,
                                                    settings_.link.server,
                                                    {hdlc::FrameType::Ui, false, 0, 0},
                                                    more,
                                                    {part.begin(), part.end()}});
      ASSERT_EQ(::write(terminal_.far_end(), frame.data(), frame.size()),
                static_cast<ssize_t>(frame.size()));
    }
  }
  void ask() {
    WireRequest request;
    request.to.number = kMeter;
    request.octets = dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}});
    line_->transact(std::move(request), [](WireResult) {});
  }
  /// What the line wrote first: the meter's end waits for it.
  void wait_for_snrm() {
    pollfd far{terminal_.far_end(), POLLIN, 0};
    for (int turn = 0; turn < 1'000; ++turn) {
      loop_.poll();
      if (::poll(&far, 1, 10) == 1) return;
    }
    FAIL() << "nothing was asked";
  }
  void run_until_told(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (told_.size() < count && std::chrono::steady_clock::now() < end) {
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds{20});
    }
    ASSERT_EQ(told_.size(), count);
  }

  const dlms::SessionSettings settings_ = settings();
  const Octets plain_ = [] {
    dlms::DataNotification out;
    out.body = dlms::octet_string(Octets(60, 0x31));
    return dlms::encode_apdu(out);
  }();
  boost::asio::io_context loop_{1};
  PseudoTerminal terminal_ = PseudoTerminal::open().value();
  std::vector<Octets> told_;
  std::vector<dlms::PushProof> proofs_;
  std::unique_ptr<metergate::DlmsLine> line_;
};

TEST_F(DlmsHdlcPush, ACipheredPushIsToldPlainAndOfItsMeter) {
  ask();
  wait_for_snrm();
  says(push(5));
  run_until_told(1);
  EXPECT_EQ(told_.back(), plain_);
  says(push(6));
  run_until_told(2);
  EXPECT_EQ(told_.back(), plain_);
}

TEST_F(DlmsHdlcPush, OneThatIsHeardAgainIsNotDeciphered) {
  ask();
  wait_for_snrm();
  says(push(5));
  says(push(5));
  run_until_told(2);
  EXPECT_EQ(told_.front(), plain_);
  EXPECT_EQ(proofs_.front(), dlms::PushProof::Unjudged) << "no association was open yet";
  EXPECT_EQ(told_.back(), push(5));
  EXPECT_EQ(proofs_.back(), dlms::PushProof::Replayed);
}

}  // namespace
}  // namespace metergate::sim
