// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/street.hpp"

#include "gateway/sim/dlms/model_objects.hpp"
#include "gateway/sim/street/state_file.hpp"

namespace metergate::sim {

DlmsStreet::DlmsStreet(const StreetOptions& options,
                       const std::optional<model::MeterModel>& meter_model)
    : options_{options} {
  if (!meter_model) return;
  objects_ = objects_of_model(*meter_model);
  token_encoding_ = meter_model->dlms.token_encoding;
}

Result<Done, std::string> DlmsStreet::add(StreetMeter& meter, const SerialNumber& serial, Wire wire,
                                          unsigned number) {
  DlmsSetup setup = dlms_setup(serial, options_.dlms.security, options_.dlms.access.client);
  setup.objects = objects_;
  setup.token_encoding = token_encoding_;
  setup.max_pdu = options_.dlms.max_pdu;
  auto opened = DlmsMeter::open(meter, std::move(setup), options_.directory);
  if (!opened) return failure(opened.error());
  if (const std::string text = dlms_key_file(serial, options_.dlms.security); !text.empty()) {
    const auto folder = options_.directory / kDlmsKeyFolder;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const auto written = write_state_file(folder / (meter.name() + ".toml"), text);
    if (!written) return written;
  }
  meters_.push_back(std::move(*opened));
  DlmsMeter* const placed = meters_.back().get();
  switch (wire) {
    case Wire::Line: {
      const auto address = static_cast<std::uint16_t>(DlmsLine::kFirstAddress + number - 1);
      on_line_.emplace(address, placed);
      if (!options_.dlms.mode_e) meter.push_orders().accept();
      device_addresses_.emplace(serial.text(), address);
      break;
    }
    case Wire::Tcp:
      on_tcp_.emplace(static_cast<std::uint16_t>(number), placed);
      break;
    case Wire::DialIn:
      if (!callers_) {
        callers_ = std::make_unique<DlmsCallers>(options_.dlms.dial_host, options_.dlms.dial_port);
      }
      callers_->add(meter, *placed);
      break;
    case Wire::Mqtt:
      if (!modems_) {
        config::Broker broker;
        broker.host = options_.broker_host;
        broker.port = options_.broker_port;
        modems_ = std::make_unique<DlmsModems>(broker, options_.dlms.mqtt_root);
      }
      modems_->add(meter, *placed);
      break;
  }
  return Done{};
}

Result<Done, std::string> DlmsStreet::start() {
  if (!on_line_.empty()) {
    const hdlc::LinkParameters offer{options_.dlms.information, options_.dlms.information, 1, 1};
    std::optional<DlmsSignOn> sign_on;
    if (options_.dlms.mode_e) sign_on = {sign_on_settings(options_), device_addresses_};
    auto line = DlmsLine::open(options_.wire, offer, on_line_, std::move(sign_on));
    if (!line) return failure(line.error());
    line_ = std::move(*line);
  }
  if (callers_) callers_->start();
  if (on_tcp_.empty()) return Done{};
  auto server = open_dlms_tcp(options_.dlms.tcp_port, on_tcp_);
  if (!server) return failure(server.error());
  tcp_ = std::move(*server);
  return write_state_file(options_.directory / "dlms-port", std::to_string(tcp_->port()) + "\n");
}

void DlmsStreet::tick() {
  if (modems_) modems_->tick();
}

std::uint16_t DlmsStreet::tcp_port() const { return tcp_ ? tcp_->port() : std::uint16_t{0}; }

}  // namespace metergate::sim
