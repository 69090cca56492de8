// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/trace_capture.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/json_members.hpp"
#include "gateway/cli/trace/trace_text.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
using Protocol = CapturedExchange::Protocol;

std::optional<Protocol> parse_protocol(std::string_view word) {
  if (word == "modbus") return Protocol::Modbus;
  if (word == "dlms") return Protocol::Dlms;
  if (word == "mqtt") return Protocol::Mqtt;
  return std::nullopt;
}

CliError trouble(const std::filesystem::path& path) {
  return {kIoError, path.string() + ": " + std::generic_category().message(errno)};
}

}  // namespace

std::optional<CapturedExchange> captured_exchange(const json::object& line) {
  const auto protocol = parse_protocol(text_in(line, "protocol").value_or(""));
  const auto at = rfc3339::parse(text_in(line, "at").value_or(""));
  const auto request = hex::parse(text_in(line, "request").value_or(""));
  if (!protocol || !at || !request) return std::nullopt;
  CapturedExchange out;
  out.protocol = *protocol;
  out.ended = *at;
  out.length = std::chrono::microseconds{integer_in(line, "on_wire_us").value_or(0)};
  out.address = static_cast<std::uint16_t>(integer_in(line, "address").value_or(0));
  out.meter = text_in(line, "meter").value_or("");
  out.request = *request;
  out.hidden_octets = static_cast<std::size_t>(integer_in(line, "hidden_octets").value_or(0));
  if (const auto answer = text_in(line, "answer")) out.answer = hex::parse(*answer);
  out.remark = trace_text(line);
  return out;
}

CliResult<CaptureFile> CaptureFile::create(const std::filesystem::path& path) {
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return failure(trouble(path));
  ::close(made);
  CaptureFile file{path};
  file.out_.open(path, std::ios::binary);
  if (const auto begun = file.write(Capture::head()); !begun) return failure(begun.error());
  return file;
}

CliResult<Done> CaptureFile::add(const CapturedExchange& exchange) {
  return write(capture_.packets(exchange));
}

CliResult<Done> CaptureFile::write(const Octets& octets) {
  out_.write(reinterpret_cast<const char*>(octets.data()),
             static_cast<std::streamsize>(octets.size()));
  if (!out_.flush()) return failure(trouble(path_));
  return Done{};
}

}  // namespace metergate::cli
