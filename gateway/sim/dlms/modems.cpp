// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/modems.hpp"

#include <mutex>
#include <utility>

#include "gateway/sim/dlms/push.hpp"
#include "gateway/sim/dlms/tcp_server.hpp"
#include "gateway/sim/modems/modem_connection.hpp"
#include "protocols/dlms/wrapper.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::VirtualMeter;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::uint16_t kLogicalDevice = 1;

}  // namespace

class DlmsModems::Modem {
 public:
  Modem(StreetMeter& meter, DlmsMeter& dlms, const config::Broker& broker, const std::string& root)
      : meter_{meter},
        dlms_{dlms},
        prefix_{root + "/v1/" + meter.name() + '/'},
        connection_{broker,
                    "sim-dlms-" + meter.name(),
                    {[this] { connected(); }, [this](std::string_view pdu) { asked(pdu); }}} {
    meter.push_orders().accept();
  }

  void tick() {
    const auto powered =
        meter_.with([](VirtualMeter& meter, UtcSeconds) { return meter.powered(); });
    const bool here = powered && *powered && !meter_.faults().settings().silent;
    if (!here) {
      if (connection_.is_connected()) connection_.disconnect(ModemConnection::Goodbye::Death);
      return;
    }
    if (connection_.is_connected()) return push_news();
    if (connection_.is_connecting()) return;
    connection_.connect({prefix_ + "presence", "{\"online\":false}"}, kConnectTimeout);
  }

  void leave() {
    if (connection_.is_connected()) connection_.disconnect(ModemConnection::Goodbye::Polite);
  }

 private:
  void connected() {
    {
      const std::lock_guard lock{mutex_};
      // What was associated before is over.
      peer_ = make_wrapper_peer({{kLogicalDevice, &dlms_}});
    }
    connection_.subscribe(prefix_ + "request");
  }

  void asked(std::string_view pdu) {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(pdu.data());
    std::optional<std::vector<TcpPeer::Answer>> answers;
    {
      const std::lock_guard lock{mutex_};
      if (peer_ == nullptr) return;
      answers = peer_->take({octets, pdu.size()});
      // A message that is no PDU has nothing to do with the next one.
      if (!answers) peer_ = make_wrapper_peer({{kLogicalDevice, &dlms_}});
    }
    if (!answers) return;
    for (const TcpPeer::Answer& answer : *answers) publish(answer.octets);
  }

  void push_news() {
    const auto news = meter_.with([&](VirtualMeter& meter, UtcSeconds) -> Octets {
      const auto told = meter.pushes(1);
      if (told.empty()) return {};
      meter.pushed(told);
      return dlms_push(meter.serial(), meter.meter_time(), ++pushes_);
    });
    if (news && !news->empty()) push(*news);
    while (const auto ordered = dlms_.ordered_push()) push(*ordered);
  }

  void push(const Octets& apdu) {
    publish(dlms::encode_wrapper({kLogicalDevice, kDlmsManagementClient, apdu}));
  }

  void publish(const Octets& pdu) {
    connection_.publish(prefix_ + "response",
                        {reinterpret_cast<const char*>(pdu.data()), pdu.size()},
                        ModemConnection::Retain::No);
  }

  StreetMeter& meter_;
  DlmsMeter& dlms_;
  const std::string prefix_;
  std::mutex mutex_;  ///< of the peer: Paho's thread asks, and makes a new one
  std::unique_ptr<TcpPeer> peer_;
  std::uint32_t pushes_ = 0;
  ModemConnection connection_;
};

DlmsModems::DlmsModems(config::Broker broker, std::string root)
    : broker_{std::move(broker)}, root_{std::move(root)} {}

DlmsModems::~DlmsModems() {
  for (const auto& modem : modems_) modem->leave();
}

void DlmsModems::add(StreetMeter& meter, DlmsMeter& dlms) {
  modems_.push_back(std::make_unique<Modem>(meter, dlms, broker_, root_));
}

void DlmsModems::tick() {
  for (const auto& modem : modems_) modem->tick();
}

}  // namespace metergate::sim
