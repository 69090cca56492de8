// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/result.hpp"

namespace metergate::sim {

/// A UNIX socket that takes one line and answers with one line, again and again. One thread serves
/// one person or test at a time, which is all a simulator needs; the socket is the owner's alone.
class ControlChannel {
 public:
  using Answer = std::function<std::string(std::string_view line)>;

  [[nodiscard]] static Result<std::unique_ptr<ControlChannel>, std::string> open(
      const std::filesystem::path& socket, Answer answer);
  ~ControlChannel();
  ControlChannel(const ControlChannel&) = delete;
  ControlChannel& operator=(const ControlChannel&) = delete;

 private:
  class Thread;
  explicit ControlChannel(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
