// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "gateway/cli/dlms/wire.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"

namespace metergate::cli {

/// How one meter is reached, as it stands on a command line.
struct DlmsMeterOptions {
  std::string host;
  std::uint16_t port = 4059;
  std::string device;
  std::uint32_t baud = 9'600;
  std::uint16_t client = 16;
  std::uint16_t server = 1;    ///< logical device: upper HDLC address, or wPort
  std::uint16_t physical = 0;  ///< lower HDLC address; 0: one octet, upper alone
  std::string security = "none";
  std::string password_file;
  std::string key_file;
  std::string client_title;
  std::string counter_file;
  std::string street_serial;  ///< of a simulated meter, whose keys are public
  std::string capture;        ///< a file for Wireshark to be made; empty: none
};

/// The session to use, and where its invocation counters are kept.
struct DlmsCall {
  dlms::SessionSettings session{};
  std::filesystem::path counter_file{};
};
[[nodiscard]] CliResult<DlmsCall> dlms_call(const DlmsMeterOptions& options);

/// Lines `ek = HEX`, `ak = HEX`, `dk = HEX`; `#` begins a remark. Keys never stand on a command
/// line, where everybody on the machine could read them.
[[nodiscard]] CliResult<dlms::CipheringKeys> read_dlms_keys(const std::string& file);
/// Lines `sk = HEX`, our private key, and `mk = HEX`, the meter's public one, of such a file.
[[nodiscard]] CliResult<dlms::SigningKeys> read_dlms_signing_keys(const std::string& file,
                                                                  dlms::SecuritySuite suite);
/// 16 hex digits; the fault names the option.
[[nodiscard]] CliResult<dlms::SystemTitle> parse_title(const char* option, const std::string& text);

/// Asks one meter, and waits for the answer.
class DlmsCaller {
 public:
  DlmsCaller(DlmsWire wire, DlmsCall call);

  /// Told of every exchange, in plain APDUs of any length: nothing for an answer that did not come,
  /// what came for one that made no sense.
  using Watch = std::function<CliResult<Done>(
      OctetView request, const std::optional<Octets>& answer, std::chrono::microseconds length)>;
  void watch(Watch watch) { watch_ = std::move(watch); }

  /// The meter's answer, whatever it says.
  [[nodiscard]] CliResult<dlms::Apdu> ask(const dlms::Apdu& request);
  [[nodiscard]] CliResult<dlms::GetResult> get(const dlms::AttributeReference& attribute);
  [[nodiscard]] CliResult<dlms::AccessResult> set(const dlms::AttributeReference& attribute,
                                                  dlms::Data value);
  [[nodiscard]] CliResult<dlms::AccessResult> act(const dlms::MethodReference& method,
                                                  dlms::Data parameter);
  /// Releases association and link; what is not answered is left.
  void close();

 private:
  /// True when the session has nothing more to wait for.
  bool perform(const dlms::session::Effects& effects);
  bool wait_once();

  DlmsWire wire_;
  std::filesystem::path counter_file_;
  dlms::ClientSession session_;
  std::optional<CliResult<dlms::Apdu>> answer_;
  std::optional<Octets> answer_octets_;
  Watch watch_;
  bool closed_ = false;
};

}  // namespace metergate::cli
