// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "gateway/cli/terminal/console.hpp"
#include "gateway/cli/trace/capture.hpp"

namespace metergate::cli {

/// One line of the control socket's `trace` for a capture; nothing if it makes no sense.
[[nodiscard]] std::optional<CapturedExchange> captured_exchange(const boost::json::object& line);

/// A capture that grows while something is looked at: whole after every exchange, so that it is
/// of use also when the trace is broken off. Nobody but its owner may read it.
class CaptureFile {
 public:
  /// A file that is there already is left alone.
  [[nodiscard]] static CliResult<CaptureFile> create(const std::filesystem::path& path);
  [[nodiscard]] CliResult<Done> add(const CapturedExchange& exchange);

 private:
  explicit CaptureFile(std::filesystem::path path) : path_{std::move(path)} {}
  [[nodiscard]] CliResult<Done> write(const Octets& octets);

  std::filesystem::path path_;
  std::ofstream out_;
  Capture capture_;
};

}  // namespace metergate::cli
