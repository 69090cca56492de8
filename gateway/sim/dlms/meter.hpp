// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "gateway/sim/dlms/server.hpp"
#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/wire/descriptor.hpp"

namespace metergate::sim {

/// A meter of the street that speaks DLMS: with its setup, and its invocation counters in a file
/// beside its state. They are there before an answer leaves, so that a killed simulator uses none
/// twice.
class DlmsMeter {
 public:
  [[nodiscard]] static Result<std::unique_ptr<DlmsMeter>, std::string> open(
      StreetMeter& meter, DlmsSetup setup, const std::filesystem::path& directory);

  DlmsMeter(const DlmsMeter&) = delete;
  DlmsMeter& operator=(const DlmsMeter&) = delete;

  /// The server of one more connection.
  [[nodiscard]] std::unique_ptr<DlmsServer> connect();
  /// Under the meter's lock, after it has lived up to now.
  [[nodiscard]] std::optional<Octets> serve(DlmsServer& server, OctetView apdu,
                                            std::uint16_t client);

  /// The next one it was ordered to push, as the management client is to get it; nothing while
  /// there is none, or it cannot.
  [[nodiscard]] std::optional<Octets> ordered_push();

  [[nodiscard]] WireFaults& faults() { return meter_.faults(); }
  [[nodiscard]] const DlmsSetup& setup() const { return setup_; }

 private:
  DlmsMeter(StreetMeter& meter, DlmsSetup setup, Descriptor file);
  [[nodiscard]] bool write_counters(std::uint32_t send_end, std::optional<std::uint32_t> received);
  [[nodiscard]] bool read_counters();
  [[nodiscard]] std::optional<Octets> push(const PushOrder& order);
  [[nodiscard]] std::optional<Octets> ciphered(OctetView push);

  StreetMeter& meter_;
  const DlmsSetup setup_;
  Descriptor file_;
  DlmsCounters counters_;
  std::uint32_t pushes_ = 0;
  Octets pushed_last_;
};

}  // namespace metergate::sim
