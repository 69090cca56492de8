// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <system_error>

#include "gateway/metrics/metrics.hpp"
#include "gateway/runtime/gateway.hpp"
#include "gateway/runtime/lines/trace.hpp"

namespace metergate::runtime {
namespace {

std::uintmax_t octets_of(const std::filesystem::path& file) {
  std::error_code not_there;
  const auto octets = std::filesystem::file_size(file, not_there);
  return not_there ? 0 : octets;
}

}  // namespace

metrics::Figures Gateway::figures() {
  const Instant now = clock_.now().instant;
  metrics::Figures out;
  for (const auto& [id, meter] : meters_) {
    if (meter->removed) continue;
    ++out.meters[std::string{session::state_word(meter->session.state())}];
    if (meter->clock_drifts) ++out.meters_with_drift;
    if (const auto offset = meter->stored.clock_offset_ms) {
      out.greatest_clock_offset =
          std::max(out.greatest_clock_offset, std::chrono::milliseconds{std::abs(*offset)});
    }
  }
  for (const auto& [name, runner] : runners_) {
    auto& link = out.links[name];
    link.busy = runner->busy();
    link.waiting = runner->waiting();
    link.concurrency = runner->link().concurrency();
    if (const auto up = line_up_.find(name); up != line_up_.end()) link.up = up->second;
  }
  out.live_commands = commands_.live();
  if (const auto outbox = ledger_.outbox_size()) {
    out.outbox_messages = outbox->messages;
    out.outbox_data_days = outbox->data_days;
  }
  if (out.outbox_messages + out.outbox_data_days == 0) {
    outbox_filled_at_.reset();
  } else {
    outbox_filled_at_ = outbox_filled_at_.value_or(now);
    out.outbox_not_empty_for =
        std::chrono::duration_cast<std::chrono::seconds>(now - *outbox_filled_at_);
  }
  out.ledger_writable = keeper_.healthy();
  out.north_connected = north_up_;
  const std::filesystem::path& file = configuration_.storage.file;
  out.store_octets = octets_of(file);
  out.wal_octets = octets_of(file.string() + "-wal");
  std::error_code not_there;
  const auto space = std::filesystem::space(file.parent_path(), not_there);
  out.disk_free_octets = not_there ? 0 : space.available;
  return out;
}

void Gateway::listen_for_metrics() {
  listen([this](const Command& command, const Step& step) {
    if (!is_terminal(step.to)) return;
    ways_.metrics->command_ended(
        traits_of(command.verb()).word, state_word(step.to),
        std::max(std::chrono::milliseconds{0}, step.at - command.issued_at));
  });
}

void Gateway::count_requests(LinkRunner& runner) {
  runner.when_request_ended([this](const LinkRunner& ended, const MeterUnit& meter,
                                   const WireResult& result, Duration on_wire) {
    if (ways_.metrics != nullptr) {
      ways_.metrics->request_ended(ended.name(), outcome_word(result),
                                   std::chrono::duration_cast<std::chrono::microseconds>(on_wire));
    }
    if (ways_.request_ended) ways_.request_ended(ended.name(), meter.id(), result, on_wire);
  });
}

}  // namespace metergate::runtime
