// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/lines/scan_dlms.hpp"

#include <map>

#include "config/dlms_access.hpp"
#include "gateway/cli/dlms/caller.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "meters/identity.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::cli {
namespace {

constexpr std::uint16_t kPublicClient = 16;

CliResult<DlmsWire> open_wire(const config::Line& line) {
  if (const auto* serial = std::get_if<config::SerialLine>(&line.access)) {
    return DlmsWire::open(serial->device.string(), serial->baud);
  }
  const auto& endpoint = std::get<config::TcpEndpoint>(line.access);
  return DlmsWire::connect(endpoint.host, endpoint.port);
}

DlmsCall call_of(const config::Line& line, std::uint16_t address,
                 std::chrono::milliseconds timeout) {
  DlmsCall call;
  const bool wrapped = line.protocol == config::LineProtocol::DlmsWrapper;
  call.session.carrier = wrapped ? dlms::Carrier::Wrapper : dlms::Carrier::Hdlc;
  call.session.client_port = kPublicClient;
  call.session.server_port = address;
  call.session.answer_timeout = timeout;
  call.session.link.client = hdlc::client_address(kPublicClient);
  call.session.link.server = config::DlmsAccess{}.hdlc_address(address);
  call.session.link.answer_timeout = timeout;
  call.session.link.tries = 2;  // one frame may be lost
  call.session.association.random = [](std::size_t count) {
    Octets out(count);
    crypto::fill_random(out);
    return out;
  };
  return call;
}

/// The text of a data object; nothing where the meter has none to tell.
CliResult<std::string> text_at(DlmsCaller& caller, const cosem::ObisCode& object) {
  const auto read = caller.get({cosem::data::kClass, object, cosem::data::kValue, {}});
  if (!read) return failure(read.error());
  const auto* data = std::get_if<dlms::Data>(&*read);
  return data == nullptr ? std::string{} : dlms::text_of(*data).value_or("");
}

/// Where the known models have a serial number, and which of them have it there.
std::map<cosem::ObisCode, std::vector<const model::MeterModel*>> serial_objects(
    const config::ModelCatalogue& models) {
  std::map<cosem::ObisCode, std::vector<const model::MeterModel*>> out;
  for (const auto& [name, one] : models) {
    if (one.protocol == model::Protocol::Dlms && one.dlms.serial) {
      out[*one.dlms.serial].push_back(&one);
    }
  }
  return out;
}

}  // namespace

ScanRange usual_range(config::LineProtocol protocol) {
  switch (protocol) {
    case config::LineProtocol::DlmsHdlc:
      // Physical devices have 16 to 125 in two octets; four hold more (IEC 62056-46, 6.4.2.5).
      return {16, 125, 16'381};
    case config::LineProtocol::DlmsWrapper:
      return {1, 16, 65'535};
    default:
      return {};
  }
}

CliResult<std::optional<scan::Found>> scan_dlms_address(const config::Line& line,
                                                        std::uint16_t address,
                                                        const config::ModelCatalogue& models,
                                                        std::chrono::milliseconds timeout) {
  auto wire = open_wire(line);
  if (!wire) return failure(wire.error());
  DlmsCaller caller{std::move(*wire), call_of(line, address, timeout)};
  scan::Found found{
      .address = address, .fit = scan::Fit::Possible, .models = {}, .serial = {}, .firmware = {}};
  for (const auto& [object, candidates] : serial_objects(models)) {
    const auto text = text_at(caller, object);
    if (!text && text.error().code == kUnavailable) return std::optional<scan::Found>{};
    // A meter that turns the public client away is there all the same.
    if (!text) break;
    const auto serial = SerialNumber::parse(*text);
    if (!serial) continue;
    found.fit = scan::Fit::Identified;
    found.serial = serial->text();
    for (const model::MeterModel* one : candidates) {
      found.models.push_back(one->name);
      if (!found.firmware.empty() || !one->dlms.firmware) continue;
      if (const auto firmware = text_at(caller, *one->dlms.firmware)) found.firmware = *firmware;
    }
    break;
  }
  caller.close();
  return std::optional{std::move(found)};
}

}  // namespace metergate::cli
