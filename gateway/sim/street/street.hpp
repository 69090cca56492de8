// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/sim/street/options.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

class StreetMeter;
class WireEmulator;

/// A street of virtual meters on its wires. Meters live on while the simulator is away: taken up
/// again, they have used and recorded what a meter would have.
class Street {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Street>, std::string> open(
      const StreetOptions& options);
  /// Takes the wires down and saves every meter.
  ~Street();
  Street(const Street&) = delete;
  Street& operator=(const Street&) = delete;

  /// Lets time pass for the meters nobody asks.
  void tick();

  struct Place {
    StreetMeter* meter = nullptr;
    std::string wire;  ///< `line-a`, `tcp`, `mqtt`, `hdlc`, `dlms`, `mode-c`
    unsigned address = 0;
  };
  struct Wire {  ///< a Modbus line
    std::string name;
    WireEmulator* line = nullptr;
  };
  [[nodiscard]] const std::vector<Place>& places() const;
  [[nodiscard]] const std::vector<Wire>& wires() const;
  [[nodiscard]] std::uint16_t tcp_port() const;
  [[nodiscard]] std::uint16_t dlms_port() const;
  /// The link to the HDLC line; nothing without meters on it.
  [[nodiscard]] std::optional<std::filesystem::path> dlms_line() const;
  /// The link to the line in mode C; nothing without meters on it.
  [[nodiscard]] std::optional<std::filesystem::path> mode_c_line() const;

 private:
  struct Parts;
  explicit Street(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Performs one command of the control channel, JSON in and out (commands.cpp lists them).
[[nodiscard]] std::string street_command(Street& street, std::string_view json_line);

/// Opens the street and its control socket and serves until SIGTERM or SIGINT; the exit code.
[[nodiscard]] int run_street(const StreetOptions& options);

/// Asks a running street; the error is for a street that can't be reached.
[[nodiscard]] Result<std::string, std::string> street_request(const std::filesystem::path& socket,
                                                              std::string_view json_line);

}  // namespace metergate::sim
