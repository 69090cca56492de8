// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modbus/tcp_server.hpp"

#include <utility>

#include "gateway/sim/wire/tcp_server.hpp"
#include "protocols/modbus/pdu.hpp"
#include "protocols/modbus/tcp_frame.hpp"

namespace metergate::sim {
namespace {

/// The meters behind one connection of a concentrator.
class ModbusPeer : public TcpPeer {
 public:
  explicit ModbusPeer(const ModbusTargets& targets) : targets_{targets} {}

  std::optional<std::vector<Answer>> take(OctetView octets) override {
    received_.insert(received_.end(), octets.begin(), octets.end());
    std::vector<Answer> answers;
    for (;;) {
      const auto frame = modbus::decode_tcp(received_);
      if (!frame) return std::nullopt;
      if (!*frame) return answers;
      received_.erase(received_.begin(),
                      received_.begin() + static_cast<std::ptrdiff_t>((*frame)->octets()));
      if (auto answer = perform(**frame)) answers.push_back(std::move(*answer));
    }
  }

 private:
  std::optional<Answer> perform(modbus::TcpFrame frame) {
    const auto target = targets_.find(frame.unit);
    std::optional<WireFaults::Delivery> answer;
    if (target == targets_.end()) {
      const auto code = modbus::ExceptionCode::GatewayTargetFailedToRespond;
      answer = WireFaults::Delivery{
          {static_cast<std::uint8_t>(frame.pdu.front() | 0x80U), static_cast<std::uint8_t>(code)}};
    } else {
      WireFaults* const faults = target->second.faults;
      if (faults != nullptr && !faults->request_arrives()) return std::nullopt;
      auto pdu = target->second.serve(frame.pdu);
      if (!pdu) return std::nullopt;
      answer = faults == nullptr ? WireFaults::Delivery{std::move(*pdu)}
                                 : faults->deliver(std::move(*pdu));
    }
    if (!answer) return std::nullopt;
    frame.pdu = std::move(answer->octets);
    return Answer{modbus::encode_tcp(frame), answer->late};
  }

  const ModbusTargets& targets_;
  Octets received_;
};

}  // namespace

class ModbusTcpServer::Served {
 public:
  explicit Served(ModbusTargets meters) : targets{std::move(meters)} {}

  const ModbusTargets targets;
  std::unique_ptr<TcpServer> server;  ///< last, so that its thread ends before what it serves
};

Result<std::unique_ptr<ModbusTcpServer>, std::string> ModbusTcpServer::open(std::uint16_t port,
                                                                            ModbusTargets targets) {
  auto behind = std::make_unique<Served>(std::move(targets));
  auto server = TcpServer::open(port, [&meters = behind->targets]() -> std::unique_ptr<TcpPeer> {
    return std::make_unique<ModbusPeer>(meters);
  });
  if (!server) return failure(server.error());
  behind->server = std::move(*server);
  return std::unique_ptr<ModbusTcpServer>{new ModbusTcpServer{std::move(behind)}};
}

ModbusTcpServer::ModbusTcpServer(std::unique_ptr<Served> served) : served_{std::move(served)} {}
ModbusTcpServer::~ModbusTcpServer() = default;
std::uint16_t ModbusTcpServer::port() const { return served_->server->port(); }

}  // namespace metergate::sim
