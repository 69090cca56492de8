// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <exception>

namespace metergate::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

/// One for the scraper, one for whoever looks at the page beside it.
constexpr std::size_t kThreads = 2;

/// A frame at 9600 baud takes some 100 ms, a meter behind a modem seconds.
Histogram::BucketBoundaries request_buckets() {
  return {0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10};
}
/// A command ends within a frame or two, or waits for its meter for hours.
Histogram::BucketBoundaries command_buckets() {
  return {0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1'800, 7'200, 86'400};
}

constexpr std::array kMeterStates{"unknown", "online",      "suspect",
                                  "silent",  "wrong-meter", "offline"};

double as_double(std::uintmax_t count) { return static_cast<double>(count); }

double in_seconds(auto duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();

  Family<Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
  }
  Gauge& gauge(const char* name, const char* help) { return gauges(name, help).Add({}); }
  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
  }
  Family<Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry);
  }

  Family<Counter>& requests =
      counters("metergate_requests_total", "Requests to meters that ended, by link and outcome");
  Family<Counter>& busy = counters("metergate_link_busy_seconds_total",
                                   "Time requests were out on a link; its rate is how busy it is");
  Family<Histogram>& request_time =
      histograms("metergate_request_seconds", "Time of answered requests on the wire");
  Family<Counter>& commands =
      counters("metergate_commands_total", "Commands that ended, by verb and outcome");
  Family<Counter>& refusals =
      counters("metergate_commands_refused_total", "Commands turned away at the door, by reason");
  Family<Histogram>& command_time =
      histograms("metergate_command_seconds", "Time from a command's issue to its end");

  Family<Gauge>& meters = gauges("metergate_meters", "Meters by the state of their session");
  Family<Gauge>& link_up = gauges("metergate_link_up", "1: the device of the line is there");
  Family<Gauge>& link_waiting =
      gauges("metergate_link_waiting", "Operations waiting for a link or for their meter");
  Family<Gauge>& link_concurrency =
      gauges("metergate_link_concurrency", "Requests a link can have out at once");
  Gauge& live_commands = gauge("metergate_commands_live", "Commands that have not ended");
  Gauge& outbox_messages =
      gauge("metergate_outbox_messages", "Answers and alarms the broker has not acknowledged");
  Gauge& outbox_data_days =
      gauge("metergate_outbox_data_rows",
            "Meter-days of data, one row each, the broker has not been given");
  Gauge& outbox_age =
      gauge("metergate_outbox_not_empty_seconds", "For how long the outbox has not been empty");
  Gauge& north_connected =
      gauge("metergate_north_connected", "1: connected to the utility's broker");
  Gauge& writable = gauge("metergate_ledger_writable", "0: the ledger cannot be written");
  Gauge& store = gauge("metergate_store_bytes", "Size of the ledger's file");
  Gauge& wal = gauge("metergate_store_wal_bytes", "Size of its write-ahead log");
  Gauge& disk_free = gauge("metergate_disk_free_bytes", "Room left on the ledger's file system");
  Gauge& drifting = gauge("metergate_meters_clock_drifting",
                          "Meters whose clock is off by more than their schedule allows");
  Gauge& clock_offset = gauge("metergate_meter_clock_offset_max_seconds",
                              "Greatest offset of a meter's clock from the box's, without sign");

  // Last: it stops serving before what it serves goes.
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(const About& about, std::chrono::system_clock::time_point started_at)
    : impl_{std::make_unique<Impl>()} {
  impl_->gauges("metergate_build_info", "Always 1; the release and the site are its labels")
      .Add({{"version", about.version}, {"site", about.site}})
      .Set(1);
  impl_->gauge("metergate_start_time_seconds", "When the gateway was started, UNIX time")
      .Set(in_seconds(started_at.time_since_epoch()));
}

Metrics::~Metrics() = default;

Result<Done, std::string> Metrics::serve(std::uint16_t port) {
  const std::string address = "127.0.0.1:" + std::to_string(port);
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(address, kThreads);
    impl_->exposer->RegisterCollectable(impl_->registry);
  } catch (const std::exception& why) {
    impl_->exposer.reset();
    return failure(address + ": " + why.what());
  }
  return Done{};
}

void Metrics::request_ended(const std::string& link, std::string_view outcome,
                            std::chrono::microseconds on_wire) {
  impl_->requests.Add({{"link", link}, {"outcome", std::string{outcome}}}).Increment();
  impl_->busy.Add({{"link", link}}).Increment(in_seconds(on_wire));
  if (outcome == "answered") {
    impl_->request_time.Add({{"link", link}}, request_buckets()).Observe(in_seconds(on_wire));
  }
}

void Metrics::command_ended(std::string_view verb, std::string_view outcome,
                            std::chrono::milliseconds took) {
  const std::string name{verb};
  impl_->commands.Add({{"verb", name}, {"outcome", std::string{outcome}}}).Increment();
  impl_->command_time.Add({{"verb", name}}, command_buckets()).Observe(in_seconds(took));
}

void Metrics::command_refused(std::string_view reason) {
  impl_->refusals.Add({{"reason", std::string{reason}}}).Increment();
}

void Metrics::show(const Figures& figures) {
  for (const char* state : kMeterStates) {
    const auto found = figures.meters.find(state);
    impl_->meters.Add({{"state", state}})
        .Set(found == figures.meters.end() ? 0 : as_double(found->second));
  }
  for (const auto& [name, link] : figures.links) {
    if (link.up) impl_->link_up.Add({{"link", name}}).Set(*link.up ? 1 : 0);
    impl_->link_waiting.Add({{"link", name}}).Set(as_double(link.waiting));
    impl_->link_concurrency.Add({{"link", name}}).Set(as_double(link.concurrency));
  }
  impl_->live_commands.Set(as_double(figures.live_commands));
  impl_->outbox_messages.Set(as_double(figures.outbox_messages));
  impl_->outbox_data_days.Set(as_double(figures.outbox_data_days));
  impl_->outbox_age.Set(in_seconds(figures.outbox_not_empty_for));
  impl_->north_connected.Set(figures.north_connected ? 1 : 0);
  impl_->writable.Set(figures.ledger_writable ? 1 : 0);
  impl_->store.Set(as_double(figures.store_octets));
  impl_->wal.Set(as_double(figures.wal_octets));
  impl_->disk_free.Set(as_double(figures.disk_free_octets));
  impl_->drifting.Set(as_double(figures.meters_with_drift));
  impl_->clock_offset.Set(in_seconds(figures.greatest_clock_offset));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer{}.Serialize(impl_->registry->Collect());
}

}  // namespace metergate::metrics
