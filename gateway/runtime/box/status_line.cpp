// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/status_line.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace metergate::runtime {

std::string StatusLine::tell(const metrics::Figures& figures, Broker broker, Instant now) {
  std::size_t all = 0;
  std::size_t reachable = 0;
  for (const auto& [state, count] : figures.meters) {
    all += count;
    if (state == "online" || state == "suspect") reachable += count;
  }
  std::string out = fmt::format("{}/{} meters", reachable, all);

  const std::string* busiest = nullptr;
  double most = -1;
  for (const auto& [name, link] : figures.links) {
    Duration& before = busy_before_[name];
    if (told_at_ && now > *told_at_) {
      const double room = std::chrono::duration<double>(now - *told_at_).count() *
                          static_cast<double>(std::max<std::size_t>(1, link.concurrency));
      const double share = std::chrono::duration<double>(link.busy - before).count() / room;
      if (share > most) {
        most = share;
        busiest = &name;
      }
    }
    before = link.busy;
    if (link.up && !*link.up) out += fmt::format(", {} is not there", name);
  }
  told_at_ = now;
  if (busiest != nullptr) {
    out += fmt::format(", {} {:.0f} % busy", *busiest, std::min(most, 1.0) * 100);
  }
  if (broker == Broker::Connected) out += ", broker connected";
  if (broker == Broker::Away) out += ", broker away";
  if (!figures.ledger_writable) out += ", the ledger cannot be written";
  out += fmt::format(", {} commands, outbox {}", figures.live_commands,
                     figures.outbox_messages + figures.outbox_data_days);
  return out;
}

}  // namespace metergate::runtime
