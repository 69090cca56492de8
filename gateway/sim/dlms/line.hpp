// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/sim/dlms/tcp_server.hpp"
#include "gateway/sim/mode_c/sign_on_server.hpp"
#include "gateway/sim/wire/line.hpp"
#include "protocols/hdlc/parameters.hpp"

namespace metergate::sim {

/// Meters that are opened by the sign-on of IEC 62056-21 in mode E, each called by its device
/// address. An opened one goes back to the sign-on when its link is closed, or none was made.
struct DlmsSignOn {
  SignOnSettings settings;
  std::map<std::string, std::uint16_t> addresses;  ///< physical ones by device address
};

/// An RS-485 line of DLMS meters on a pseudo-terminal: HDLC (IEC 62056-46), each meter the
/// management logical device of a physical device of its own. One thread.
class DlmsLine {
 public:
  /// Physical addresses below 16 are reserved: the first meter of a line has this one.
  static constexpr std::uint16_t kFirstAddress = 17;

  /// `targets` by physical address.
  [[nodiscard]] static Result<std::unique_ptr<DlmsLine>, std::string> open(
      const WireSettings& settings, const hdlc::LinkParameters& offer, DlmsTargets targets,
      std::optional<DlmsSignOn> sign_on = {});
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
