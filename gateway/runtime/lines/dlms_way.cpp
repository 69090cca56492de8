// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/dlms_way.hpp"

#include <utility>

#include "gateway/links/dlms_dial_in.hpp"
#include "gateway/links/dlms_line.hpp"
#include "gateway/links/dlms_mqtt.hpp"

namespace metergate::runtime {

std::unique_ptr<DlmsMeterLink> make_dlms_link(boost::asio::io_context& loop,
                                              const config::Line& line,
                                              const std::optional<config::MqttMeters>& broker,
                                              DlmsMeterLink::Hooks hooks) {
  if (const auto* dial_in = std::get_if<config::DialIn>(&line.access)) {
    return std::make_unique<DlmsDialIn>(loop, dial_in->address, dial_in->port, std::move(hooks));
  }
  if (const auto* topics = std::get_if<config::MqttTopics>(&line.access)) {
    return std::make_unique<DlmsMqtt>(loop, broker.value(), *topics, std::move(hooks));
  }
  if (const auto* serial = std::get_if<config::SerialLine>(&line.access)) {
    return std::make_unique<DlmsLine>(
        loop, DlmsSerial{serial->device, serial->baud, serial->opening_baud}, std::move(hooks));
  }
  const auto& tcp = std::get<config::TcpEndpoint>(line.access);
  return std::make_unique<DlmsLine>(loop, DlmsTcp{tcp.host, tcp.port}, std::move(hooks));
}

Result<config::DlmsSecrets, std::string> read_dlms_secrets(const config::Meter& meter) {
  const auto file = config::key_file_of(meter);
  if (file.empty()) return config::DlmsSecrets{};
  auto secrets = config::load_dlms_secrets(file, *meter.dlms);
  if (!secrets) return failure(secrets.error().front().text());
  return std::move(*secrets);
}

}  // namespace metergate::runtime
