// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/publisher.hpp"

#include <algorithm>

#include "storage/crash_point.hpp"

namespace metergate::runtime {
namespace {

/// Taken from the outbox at a time. To find the newest data, all of a week's rows are looked at.
constexpr std::size_t kMessagesAtOnce = 200;
constexpr std::size_t kDataAtOnce = 1'000;
/// What is stored while a backlog is on its way waits at most so long before it goes in front.
constexpr std::chrono::milliseconds kLiveDataWaits{100};
/// An order takes four steps within milliseconds where the line is free; each changes the state.
constexpr std::chrono::milliseconds kStatesGather{100};
/// Read together: their hot rows lie side by side.
constexpr std::size_t kProfilesAtOnce = 50;
/// More only where all are of one second, which no message divides.
constexpr std::size_t kReadingsPerMessage = 200;
constexpr std::string_view kJson = "application/json";

UtcSeconds second_of(const RegisterReading& reading) {
  return std::chrono::floor<std::chrono::seconds>(reading.read_at);
}

/// Where the next message goes on, which is at a whole second: the last one of this message, which
/// may not be complete, is left to it.
UtcSeconds leave_last_second(std::vector<RegisterReading>& rows) {
  const UtcSeconds last = second_of(rows.back());
  rows.erase(std::ranges::lower_bound(rows, UtcTime{last}, {}, &RegisterReading::read_at),
             rows.end());
  return last;
}

}  // namespace

Publisher::Publisher(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
                     Agenda& agenda, const north::Topics& topics, std::size_t max_in_flight,
                     Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      clock_{clock},
      agenda_{agenda},
      topics_{topics},
      max_in_flight_{max_in_flight},
      handlers_{std::move(handlers)} {}

void Publisher::connected() {
  connected_ = true;
  ++connection_;
  in_flight_ = 0;
  loaded_to_ = 0;
  messages_.clear();
  data_.clear();
  profiles_.clear();
  data_under_way_.clear();
  refused_days_.clear();
  take_changed_states();
  committed();
}

void Publisher::disconnected() {
  connected_ = false;
  ++connection_;
}

void Publisher::committed() {
  uncommitted_.clear();
  if (!connected_) return;
  let_live_data_pass();
  load();
  pump();
}

void Publisher::state_changed(MeterUnit& meter) {
  changed_.insert(&meter);
  if (states_planned_) return;
  states_planned_ = agenda_.at(clock_.now().instant + kStatesGather, [this](Now) {
    states_planned_.reset();
    release_states();
  });
}

void Publisher::take_changed_states() {
  states_.merge(changed_);
  changed_.clear();
}

void Publisher::release_states() {
  take_changed_states();
  pump();
}

void Publisher::stop() {
  agenda_.cancel(states_planned_);
  release_states();
}

void Publisher::tell(OutboxMessage message) {
  // Why it was not taken shows at the commit: an alarm about that comes here again.
  if (keeper_.healthy() && keeper_.ledger().enqueue(message)) {
    uncommitted_.push_back(std::move(message));
  } else {
    send_now(std::move(message));
  }
  keeper_.commit_soon();
}

void Publisher::rolled_back() {
  for (OutboxMessage& message : std::exchange(uncommitted_, {})) send_now(std::move(message));
}

void Publisher::send_now(OutboxMessage message) {
  if (connected_) handlers_.publish(message_of(message), [](Published) {});
}

void Publisher::let_live_data_pass() {
  if (data_.empty() || clock_.now().instant - data_taken_at_ < kLiveDataWaits) return;
  // The rest of a day of which a part is out belongs behind that part.
  if (data_under_way_.contains(key_of(data_.front()))) return;
  data_.clear();
}

void Publisher::load() {
  // On this connection uncommitted rows would be seen too: only what is durable may be told.
  if (keeper_.ledger().dirty()) return keeper_.commit_data();
  if (messages_.empty()) {
    const auto rows =
        keeper_.checked(keeper_.ledger().outbox_messages(loaded_to_, kMessagesAtOnce));
    if (rows && !rows->empty()) {
      messages_.assign(rows->begin(), rows->end());
      loaded_to_ = rows->back().id;
    }
  }
  if (data_.empty()) {
    const std::size_t most = kDataAtOnce + data_under_way_.size();
    const auto rows = keeper_.checked(keeper_.ledger().outbox_data(most));
    if (!rows) return;
    data_taken_at_ = clock_.now().instant;
    profiles_.clear();
    more_data_ = rows->size() == most;
    for (const OutboxData& row : *rows) {
      if (!data_under_way_.contains(key_of(row))) data_.push_back(row);
    }
  }
}

void Publisher::pump() {
  while (connected_ && in_flight_ < max_in_flight_) {
    if (!messages_.empty()) {
      const OutboxMessage next = std::move(messages_.front());
      messages_.pop_front();
      MqttMessage message = message_of(next);
      publish(std::move(message), [this, next](Published outcome) {
        if (outcome == Published::Refused) return refused(next);
        crash_point("outcome-published");
        static_cast<void>(keeper_.checked(keeper_.ledger().published(next.id)));
      });
    } else if (!data_.empty()) {
      const OutboxData next = data_.front();
      data_.pop_front();
      const DataKey key = key_of(next);
      data_under_way_.insert(key);
      auto part = message_of(next);
      // A meter that the configuration no longer names: its rows wait, and hold up nobody.
      if (!part) continue;
      if (part->rest) {
        data_.push_front(*part->rest);
        publish(std::move(part->message), [this, key](Published outcome) {
          if (outcome == Published::Refused) refused_days_.insert(key);
        });
        continue;
      }
      publish(std::move(part->message), [this, next, key](Published outcome) {
        // Refused data waits for the next connection: it is told of, and nothing is given up.
        if (outcome == Published::Refused || refused_days_.contains(key)) return;
        data_under_way_.erase(key);
        static_cast<void>(keeper_.checked(keeper_.ledger().published(next)));
      });
    } else if (!states_.empty()) {
      MeterUnit& meter = **states_.begin();
      states_.erase(states_.begin());
      MqttMessage message;
      message.topic = topics_.state(meter.id());
      message.payload = handlers_.meter_state(meter);
      message.retained = true;
      message.content_type = kJson;
      publish(std::move(message), [](Published) {});
    } else {
      return;
    }
  }
}

void Publisher::publish(MqttMessage message, std::function<void(Published)> ended) {
  ++in_flight_;
  const std::string topic = message.topic;
  handlers_.publish(std::move(message), [this, connection = connection_, topic,
                                         ended = std::move(ended)](Published outcome) {
    // What was on its way when the connection went is loaded again with the next one.
    if (connection != connection_) return;
    --in_flight_;
    if (outcome == Published::Refused && refusals_.pass(topic, clock_.now().instant)) {
      journal_.write(journal::kPublicationRefused, clock_.now().utc, {{"topic", topic}});
    }
    if (outcome != Published::Lost) {
      ended(outcome);
      keeper_.commit_soon();
    }
    pump();
    go_on_with_backlog();
  });
}

void Publisher::go_on_with_backlog() {
  if (!connected_ || !more_data_ || !data_.empty()) return;
  // One commit for all that was taken at once; after it everything is loaded anew.
  if (keeper_.ledger().dirty()) {
    static_cast<void>(keeper_.commit());
  } else {
    committed();
  }
}

void Publisher::refused(const OutboxMessage& message) {
  Ledger& ledger = keeper_.ledger();
  const auto own = north::own_result_topic(topics_, message.payload);
  // On a topic of ours only the broker's access list can be at fault; the next connection may find
  // it mended.
  if (!own || *own == message.topic) return;
  OutboxMessage again = message;
  again.topic = *own;
  if (keeper_.checked(ledger.enqueue(again))) {
    static_cast<void>(keeper_.checked(ledger.published(message.id)));
  }
}

MqttMessage Publisher::message_of(const OutboxMessage& row) {
  MqttMessage message;
  message.topic = row.topic;
  message.payload = row.payload;
  message.correlation_data = row.correlation_data;
  message.content_type = kJson;
  return message;
}

std::optional<Publisher::Part> Publisher::message_of(const OutboxData& row) {
  MeterUnit* meter = handlers_.find_meter(row.meter);
  if (meter == nullptr) return std::nullopt;
  Ledger& ledger = keeper_.ledger();
  const north::DataOrigin origin{topics_.site(), meter->id(), row.epoch};
  const north::DataTimes times{clock_.now().utc};
  const UtcSeconds end = row.to + std::chrono::seconds{1};
  // What is left of a tenancy that has ended since goes where the new tenant's readers don't look.
  const auto topic = [&](std::string_view leaf) {
    return row.epoch == meter->stored.epoch ? topics_.data(meter->id(), leaf)
                                            : topics_.sealed(meter->id(), row.epoch, leaf);
  };
  MqttMessage message;
  message.content_type = kJson;
  switch (row.kind) {
    case DataKind::Registers: {
      std::size_t most = kReadingsPerMessage;
      const auto read = [&] {
        return keeper_.checked(ledger.registers(row.meter, row.epoch, row.from, end, most));
      };
      const auto is_more_of_one_second = [&](const std::vector<RegisterReading>& taken) {
        return taken.size() == most && second_of(taken.front()) == second_of(taken.back());
      };
      auto rows = read();
      while (rows && is_more_of_one_second(*rows)) {
        most *= 2;
        rows = read();
      }
      if (!rows) return std::nullopt;
      // A day of readings every few seconds takes several messages.
      std::optional<OutboxData> rest;
      if (rows->size() == most) {
        rest = row;
        rest->from = leave_last_second(*rows);
      }
      message.topic = topic("registers");
      message.payload = north::encode_registers(origin, *rows, times);
      return Part{std::move(message), rest};
    }
    case DataKind::Daily: {
      const auto rows = keeper_.checked(
          ledger.daily(row.meter, row.epoch, row.day, row.day + std::chrono::days{1}));
      if (!rows) return std::nullopt;
      message.topic = topic("daily");
      message.payload = north::encode_daily(origin, meter->model->daily_channels, *rows, times);
      return Part{std::move(message), {}};
    }
    case DataKind::Profile: {
      const auto rows = profile_of(row);
      if (!rows) return std::nullopt;
      message.topic = topic("profile");
      message.payload = north::encode_profile(origin, row.day, meter->schedule->capture_period,
                                              meter->model->profile_channels, *rows, times);
      return Part{std::move(message), {}};
    }
    case DataKind::Log: {
      const auto rows = keeper_.checked(ledger.log_between(row.meter, row.epoch, row.from, row.to));
      if (!rows) return std::nullopt;
      message.topic = topic("event");
      message.payload = north::encode_events(origin, *rows, times);
      return Part{std::move(message), {}};
    }
  }
  return std::nullopt;
}

std::optional<std::vector<ProfileInterval>> Publisher::profile_of(const OutboxData& row) {
  if (!profiles_.contains(key_of(row))) read_profiles_from(row);
  auto found = profiles_.extract(key_of(row));
  if (found.empty()) return std::nullopt;
  return keeper_.checked(std::move(found.mapped()));
}

void Publisher::read_profiles_from(const OutboxData& row) {
  std::vector<OutboxData> rows{row};
  for (const OutboxData& next : data_) {
    if (rows.size() == kProfilesAtOnce || next.kind != row.kind || next.day != row.day) break;
    rows.push_back(next);
  }
  auto profiles = keeper_.checked(keeper_.ledger().profiles(rows));
  if (!profiles) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    profiles_.insert_or_assign(key_of(rows[i]), std::move((*profiles)[i]));
  }
}

}  // namespace metergate::runtime
