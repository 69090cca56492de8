// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/metrics/figures.hpp"
#include "protocols/result.hpp"

namespace metergate::metrics {

/// What the page says about the box itself, once.
struct About {
  std::string version;
  std::string site;
};

/// The page a Prometheus scrapes: `http://127.0.0.1:{port}/metrics`. Counters and histograms move
/// when something happens, gauges with `show`. Called on the loop's thread; the page is served by
/// threads of its own, which never wait for the loop.
///
/// No label has more values than the configuration has lines, and none names a meter: what stands
/// here is read by whoever may look at the box's health, not at a household.
class Metrics {
 public:
  Metrics(const About& about, std::chrono::system_clock::time_point started_at);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Begins to listen; the error says why it can't.
  [[nodiscard]] Result<Done, std::string> serve(std::uint16_t port);

  /// `outcome`: `answered`, `no-answer`, `bad-frame`, `not-sent`, `cut`. `on_wire`: from handing it
  /// to the link until the link was free again.
  void request_ended(const std::string& link, std::string_view outcome,
                     std::chrono::microseconds on_wire);
  /// `took`: from when it was issued to its end.
  void command_ended(std::string_view verb, std::string_view outcome,
                     std::chrono::milliseconds took);
  /// `reason`: a word of meters/reason.hpp, of which there are few.
  void command_refused(std::string_view reason);
  void show(const Figures& figures);

  /// The page as text, for those who ask without a socket.
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace metergate::metrics
