// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/links/link.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/clock.hpp"
#include "meters/identity.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate::runtime {

class Gateway;

/// The web console as part of the process: its port, its time, and one thread for passwords. All
/// else happens on the loop.
class ConsoleService {
 public:
  ConsoleService(boost::asio::io_context& io, const Clock& clock, Agenda& agenda, Gateway& gateway,
                 journal::Journal& journal, const config::Console& settings,
                 const std::filesystem::path& ledger);
  ~ConsoleService();
  ConsoleService(const ConsoleService&) = delete;
  ConsoleService& operator=(const ConsoleService&) = delete;

  /// A port that is taken is journalled: it costs the console and nothing else.
  void start();
  void stop();
  /// For the time line of the lines.
  void request_ended(const std::string& link, const MeterId& meter, const WireResult& result,
                     Duration on_wire);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace metergate::runtime
