// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "gateway/sim/dlms_tcp_server.hpp"
#include "gateway/sim/wire_line.hpp"
#include "protocols/hdlc/parameters.hpp"

namespace metergate::sim {

/// An RS-485 line of DLMS meters on a pseudo-terminal: HDLC (IEC 62056-46), each meter the
/// management logical device of a physical device of its own. One thread.
class DlmsLine {
 public:
  /// Physical addresses below 16 are reserved: the first meter of a line has this one.
  static constexpr std::uint16_t kFirstAddress = 17;

  /// `targets` by physical address.
  [[nodiscard]] static Result<std::unique_ptr<DlmsLine>, std::string> open(
      const WireSettings& settings, const hdlc::LinkParameters& offer, DlmsTargets targets);
  ~DlmsLine();
  DlmsLine(const DlmsLine&) = delete;
  DlmsLine& operator=(const DlmsLine&) = delete;

  [[nodiscard]] const std::filesystem::path& device() const;

 private:
  class Thread;
  explicit DlmsLine(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
