// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// The other end of the control socket: asks, and hands over line after line of the answer.
class ControlClient {
 public:
  /// Unavailable (69) when nobody serves the path, or it may not be used.
  [[nodiscard]] static CliResult<ControlClient> connect(const std::filesystem::path& socket);
  ~ControlClient();
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&&) = delete;

  enum class Ended : unsigned char { Answered, TimedOut };
  enum class Wanted : unsigned char { More, NoMore };
  using OnLine = std::function<Wanted(const boost::json::object&)>;
  /// Calls `on_line` for every line, the last one (with `"end": true`) included, until no more is
  /// wanted. A line with an `error` ends the call as a failure with code Refused (3). Without a
  /// limit it waits for ever.
  [[nodiscard]] CliResult<Ended> call(std::string_view method, const boost::json::object& params,
                                      const OnLine& on_line,
                                      std::optional<std::chrono::milliseconds> limit);

  /// For what a gateway that runs well answers at once.
  static constexpr std::chrono::seconds kAnswerWithin{5};
  /// The same, with silence beyond kAnswerWithin as a failure with code Unavailable (69).
  [[nodiscard]] CliResult<Done> ask(std::string_view method, const boost::json::object& params,
                                    const OnLine& on_line);

 private:
  explicit ControlClient(int socket) : socket_{socket} {}
  int socket_ = -1;
  std::string received_;
};

}  // namespace metergate::cli
