// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/tcp_server.hpp"

#include "protocols/dlms/wrapper.hpp"

namespace metergate::sim {
namespace {

class WrapperPeer : public TcpPeer {
 public:
  explicit WrapperPeer(DlmsTargets targets) : targets_{std::move(targets)} {}

  std::optional<std::vector<Answer>> take(OctetView octets) override {
    std::vector<Answer> answers;
    for (const dlms::WrapperPdu& pdu : stream_.take(octets)) {
      if (auto answer = perform(pdu)) answers.push_back(std::move(*answer));
    }
    if (stream_.fault()) return std::nullopt;
    return answers;
  }

 private:
  std::optional<Answer> perform(const dlms::WrapperPdu& pdu) {
    const auto target = targets_.find(pdu.destination);
    if (target == targets_.end()) return std::nullopt;
    DlmsMeter& meter = *target->second;
    if (!meter.faults().request_arrives()) return std::nullopt;
    auto& server = servers_[pdu.destination];
    if (server == nullptr) server = meter.connect();
    auto apdu = meter.serve(*server, pdu.apdu, pdu.source);
    if (!apdu) return std::nullopt;
    auto delivery = meter.faults().deliver(std::move(*apdu));
    if (!delivery) return std::nullopt;
    return Answer{dlms::encode_wrapper({pdu.destination, pdu.source, std::move(delivery->octets)}),
                  delivery->late};
  }

  const DlmsTargets targets_;
  dlms::WrapperStream stream_;
  std::map<std::uint16_t, std::unique_ptr<DlmsServer>> servers_;
};

}  // namespace

std::unique_ptr<TcpPeer> make_wrapper_peer(DlmsTargets targets) {
  return std::make_unique<WrapperPeer>(std::move(targets));
}

Result<std::unique_ptr<TcpServer>, std::string> open_dlms_tcp(std::uint16_t port,
                                                              DlmsTargets targets) {
  return TcpServer::open(port, [targets = std::move(targets)]() -> std::unique_ptr<TcpPeer> {
    return make_wrapper_peer(targets);
  });
}

}  // namespace metergate::sim
