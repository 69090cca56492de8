// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/dlms_way.hpp"

namespace metergate::runtime {

DlmsWay dlms_way(const config::Line& line) {
  if (const auto* serial = std::get_if<config::SerialLine>(&line.access)) {
    return DlmsSerial{serial->device, serial->baud};
  }
  const auto& tcp = std::get<config::TcpEndpoint>(line.access);
  return DlmsTcp{tcp.host, tcp.port};
}

Result<config::DlmsSecrets, std::string> read_dlms_secrets(const config::Meter& meter) {
  const auto file = config::key_file_of(meter);
  if (file.empty()) return config::DlmsSecrets{};
  auto secrets = config::load_dlms_secrets(file, *meter.dlms);
  if (!secrets) return failure(secrets.error().front().text());
  return std::move(*secrets);
}

}  // namespace metergate::runtime
