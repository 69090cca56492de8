// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/links/link.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate {

/// What a line has carried since it was opened; read on the loop thread.
struct LineStatistics {
  std::uint64_t requests = 0;
  std::uint64_t answers = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t bad_frames = 0;
  std::uint64_t late_answers = 0;  ///< octets found on the line that nobody had asked for
};

/// One RS-485 line (Modbus RTU) or one Modbus TCP connection, owned by one worker thread that holds
/// the only `modbus_t`. Requests carry Modbus PDUs.
///
/// Line rule (docs/decisions/0006): flush what nobody asked for; keep 3.5 characters of silence
/// (1.75 ms above 19200 baud) after the last octet seen; send; sleep until a complete answer can
/// exist; let libmodbus receive it and check the CRC; refuse a frame of another address. RTU has no
/// transaction number, so a meter that timed out is left alone by its session until its late answer
/// is over.
class ModbusLine : public Link {
 public:
  /// `state_changed(up, why)` tells of the device appearing and going, on the loop thread.
  using StateChanged = std::function<void(bool up, std::string why)>;

  ModbusLine(boost::asio::io_context& loop, config::Line line, StateChanged state_changed);
  ~ModbusLine() override;

  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  /// Eight: at 115 200 baud as long as a slow disk's sync may hold the loop, some 150 ms.
  [[nodiscard]] std::size_t standby_places() const override { return 8; }
  std::optional<WireRequest> recall() override;
  [[nodiscard]] bool makes_progress(Instant now) const override;
  void stop() override;

  [[nodiscard]] LineStatistics statistics() const;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace metergate
