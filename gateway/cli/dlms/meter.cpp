// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/meter.hpp"

#include <CLI/CLI.hpp>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/trace/dlms_capture.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::cli {

CliResult<dlms::Data> DlmsMeterCall::read(const dlms::AttributeReference& attribute) {
  auto result = caller_.get(attribute);
  if (!result) return failure(result.error());
  if (const auto* no = std::get_if<dlms::AccessResult>(&result.value())) {
    return failure(CliError{kRefused, attribute.logical_name.text() + ": the meter says " +
                                          std::string{dlms::access_result_word(*no)}});
  }
  return std::get<dlms::Data>(std::move(result).value());
}

CliResult<std::unique_ptr<DlmsMeterCall>> call_dlms_meter(const DlmsMeterOptions& options) {
  auto prepared = dlms_call(options);
  if (!prepared) return failure(prepared.error());
  if (options.host.empty() == options.device.empty()) {
    return failure(CliError{kUsage, "one of --host and --device says where the meter is"});
  }
  auto wire = options.device.empty() ? DlmsWire::connect(options.host, options.port)
                                     : DlmsWire::open(options.device, options.baud);
  if (!wire) return failure(wire.error());
  auto meter =
      std::make_unique<DlmsMeterCall>(DlmsCaller{std::move(wire).value(), std::move(*prepared)});
  if (options.capture.empty()) return meter;
  auto watch = capture_into(options.capture, options.server);
  if (!watch) return failure(watch.error());
  meter->caller().watch(std::move(*watch));
  return meter;
}

void add_dlms_meter_options(CLI::App& command, DlmsMeterOptions& meter) {
  command.add_option("--host", meter.host, "The meter's host, for the TCP wrapper");
  command.add_option("--port", meter.port, "... and port")->capture_default_str();
  command.add_option("--device", meter.device, "Serial device, for HDLC");
  command.add_option("--baud", meter.baud, "... and its speed, 8N1")->capture_default_str();
  command.add_option("--client", meter.client, "Client number: 16 is the public one")
      ->check(CLI::Range(1, 127))
      ->capture_default_str();
  command.add_option("--server", meter.server, "Logical device, or the wrapper's wPort")
      ->capture_default_str();
  command.add_option("--physical", meter.physical, "Physical HDLC address; 0: none")
      ->check(CLI::Range(0, 16'383))
      ->capture_default_str();
  command.add_option("--security", meter.security, "What the client shows")
      ->check(CLI::IsMember({"none", "lls", "gmac", "ecdsa-p256", "ecdsa-p384"}))
      ->capture_default_str();
  command.add_option("--password-file", meter.password_file, "Its first line, for lls");
  command.add_option(
      "--keys", meter.key_file,
      "File with `ek = HEX` and `ak = HEX`, for gmac; with `sk = HEX`, our private key, "
      "and `mk = HEX`, the meter's public one, for ecdsa");
  command.add_option("--client-title", meter.client_title, "Our system title, for gmac and ecdsa");
  command.add_option("--counter-file", meter.counter_file,
                     "Where our invocation counter is kept, for gmac and ecdsa");
  command.add_option("--street-meter", meter.street_serial,
                     "Serial number of a simulated meter: its keys are public");
  command.add_option("--pcap", meter.capture, "Every exchange into this new file, for Wireshark");
}

}  // namespace metergate::cli
