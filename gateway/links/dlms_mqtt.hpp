// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "config/schema.hpp"
#include "gateway/links/dlms_meter_link.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate {

/// DLMS meters whose modem speaks MQTT: each message is one PDU of the wrapper, requests below
/// `{root}/v1/{topic}/request`, answers and what the meter pushes below `.../response`
/// (docs/mqtt-meter-profile.md). All on the loop thread.
class DlmsMqtt : public DlmsMeterLink {
 public:
  /// As MQTT meters with a profile of their own: they do not share a wire.
  static constexpr std::size_t kConcurrency = 64;

  DlmsMqtt(boost::asio::io_context& loop, const config::MqttMeters& broker,
           const config::MqttTopics& topics, Hooks hooks);
  ~DlmsMqtt() override;

  void name_meter(std::uint16_t number, DlmsMeterName name) override;
  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override;
  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return kConcurrency; }
  void stop() override;

 private:
  class Exchange;
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace metergate
