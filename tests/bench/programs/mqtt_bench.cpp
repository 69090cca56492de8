// SPDX-License-Identifier: Apache-2.0
// Paho with nothing around it, and the utility's side of a command.
//   mqtt_bench echo <port> <times> <no-delay: 0|1>        question and answer, QoS 1, one at a time
//   mqtt_bench publish <port> <count> <octets> <window>   as fast as acknowledgements come
//   mqtt_bench command <port> <site> <prefix> <meters> <times> <pause ms>
//       token commands to meters drawn at random, each after the outcome of the one before and a
//       pause of up to a double; prints when each was published and how long its steps took
#include <mqtt/async_client.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "gateway/links/mqtt_socket.hpp"
#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate::bench;

/// A client that hands each message to `arrived`, on Paho's thread.
class Client : public mqtt::callback {
 public:
  using Arrived = std::function<void(const mqtt::message&)>;

  Client(std::uint16_t port, const std::string& id, bool no_delay, Arrived arrived)
      : paho_{"tcp://127.0.0.1:" + std::to_string(port), id, mqtt::create_options{MQTTVERSION_5},
              nullptr},
        arrived_{std::move(arrived)} {
    paho_.set_callback(*this);
    mqtt::connect_options options{mqtt::connect_options_builder{}
                                      .mqtt_version(MQTTVERSION_5)
                                      .clean_start(true)
                                      .max_inflight(1'000)
                                      .finalize()};
    paho_.connect(options)->wait();
    if (!no_delay) return;
    for (const int socket : metergate::mqtt_socket::connected_to_port(port)) {
      metergate::mqtt_socket::set_no_delay(socket);
    }
  }
  ~Client() override { paho_.disconnect()->wait(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void subscribe(const std::string& topic) { paho_.subscribe(topic, 1)->wait(); }
  mqtt::delivery_token_ptr publish(const std::string& topic, const std::string& payload) {
    return paho_.publish(mqtt::make_message(topic, payload, 1, false));
  }

 private:
  void message_arrived(mqtt::const_message_ptr message) override { arrived_(*message); }

  mqtt::async_client paho_;
  Arrived arrived_;
};

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double us_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

void echo(std::uint16_t port, int times, bool no_delay) {
  constexpr int kWarmUp = 20;
  std::mutex mutex;
  std::condition_variable changed;
  int answers = 0;
  Client* responder = nullptr;
  Client answering{port, "bench-responder", no_delay, [&](const mqtt::message& message) {
                     responder->publish("bench/answer", message.to_string());
                   }};
  responder = &answering;
  answering.subscribe("bench/question");
  Client asking{port, "bench-asker", no_delay, [&](const mqtt::message&) {
                  const std::lock_guard lock{mutex};
                  ++answers;
                  changed.notify_all();
                }};
  asking.subscribe("bench/answer");
  std::vector<double> took;
  for (int i = 0; i < times + kWarmUp; ++i) {
    const auto begin = Clock::now();
    asking.publish("bench/question", std::string(200, 'x'));
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return answers > i; });
    if (i >= kWarmUp) took.push_back(us_since(begin));
  }
  Report report;
  report.add("p50_us", median(took));
  report.add("p99_us", percentile(took, 0.99));
}

void publish(std::uint16_t port, int count, std::size_t octets, std::size_t window) {
  Client client{port, "bench-publisher", true, [](const mqtt::message&) {}};
  const std::string payload(octets, 'x');
  std::deque<mqtt::delivery_token_ptr> under_way;
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  for (int i = 0; i < count; ++i) {
    if (under_way.size() == window) {
      under_way.front()->wait();
      under_way.pop_front();
    }
    under_way.push_back(client.publish("bench/topic/" + std::to_string(i % 1'000), payload));
  }
  for (const auto& token : under_way) token->wait();
  Report report;
  report.add("messages", count);
  report.add("seconds", us_since(begin) / 1e6);
  report.add("cpu_s", cpu_seconds() - cpu);
}

std::string rfc3339_in(std::chrono::seconds shift) {
  const std::time_t time = std::time(nullptr) + static_cast<std::time_t>(shift.count());
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// A token by the street's open rule: a plain number of class 0.
std::string token_digits(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%020llu",
                static_cast<unsigned long long>(number << 29U));
  return text.data();
}

struct Steps {
  double accepted_us = 0;
  double final_us = 0;
  bool succeeded = false;
};

void command(std::uint16_t port, const std::string& site, const std::string& prefix, int meters,
             int times, double pause_ms) {
  std::mutex mutex;
  std::condition_variable changed;
  std::string waited_for;
  Clock::time_point begin;
  Steps steps;
  const std::string root = "metergate/v1/" + site + "/meter/";
  Client client{port, "bench-utility", true, [&](const mqtt::message& message) {
                  const std::lock_guard lock{mutex};
                  const std::string& topic = message.get_topic();
                  if (waited_for.empty() || !topic.ends_with("/result/" + waited_for)) return;
                  const std::string payload = message.to_string();
                  const double took = us_since(begin);
                  if (steps.accepted_us == 0) steps.accepted_us = took;
                  if (payload.find("\"final\":true") == std::string::npos) return;
                  steps.final_us = took;
                  steps.succeeded = payload.find("\"state\":\"succeeded\"") != std::string::npos;
                  changed.notify_all();
                }};
  client.subscribe(root + "+/result/+");
  std::mt19937_64 random{std::random_device{}()};
  const std::string run = std::to_string(random() % 1'000'000);
  const std::uint64_t first_token = random() % 50'000'000'000;
  std::printf("{\"commands\": [");
  int succeeded = 0;
  for (int i = 0; i < times; ++i) {
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "%03d",
                  static_cast<int>(random() % static_cast<unsigned>(meters)) + 1);
    const std::string meter = prefix + number.data();
    const std::string id = "bench-" + run + "-" + std::to_string(i);
    const std::string body =
        "{\"id\":\"" + id + "\",\"issued_at\":\"" + rfc3339_in({}) + "\",\"expires_at\":\"" +
        rfc3339_in(std::chrono::seconds{600}) +
        "\",\"operator\":\"bench\",\"work_order\":\"W-1\",\"params\":{\"token\":\"" +
        token_digits(first_token + static_cast<std::uint64_t>(i)) + "\"}}";
    std::unique_lock lock{mutex};
    waited_for = id;
    steps = {};
    begin = Clock::now();
    lock.unlock();
    client.publish(root + meter + "/command/deliver-token", body);
    lock.lock();
    if (!changed.wait_for(lock, std::chrono::seconds{60}, [&] { return steps.final_us > 0; })) {
      give_up("no outcome of command " + id + " within a minute");
    }
    std::printf("%s[\"%s\", %lld, %.1f, %.1f]", i == 0 ? "" : ", ", meter.c_str(),
                static_cast<long long>(begin.time_since_epoch().count()), steps.accepted_us,
                steps.final_us);
    succeeded += steps.succeeded ? 1 : 0;
    lock.unlock();
    const double share = static_cast<double>(random() % 1'000) / 1'000;
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>{pause_ms * (1 + share)});
  }
  std::printf("], \"succeeded\": %d}\n", succeeded);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  const auto number = [&](int index) { return argc > index ? std::atoi(argv[index]) : 0; };
  const auto port = static_cast<std::uint16_t>(number(2));
  if (mode == "echo") {
    echo(port, number(3), number(4) != 0);
  } else if (mode == "publish") {
    publish(port, number(3), static_cast<std::size_t>(number(4)),
            static_cast<std::size_t>(number(5)));
  } else if (mode == "command" && argc == 8) {
    command(port, argv[3], argv[4], number(5), number(6), number(7));
  } else {
    give_up("usage: mqtt_bench echo|publish|command <port> ...");
  }
  return 0;
}
