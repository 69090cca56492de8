// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <utility>

namespace metergate {

/// The thread that hands publications to Paho. One for all clients of the process, as Paho's own
/// two threads are: each of its calls waits for the same lock of Paho's anyway. Nothing that waits
/// for a broker runs here, so that one broker does not hold up the publications for another; saying
/// goodbye does, at the end.
class MqttWorker {
 public:
  /// There as long as somebody holds it.
  [[nodiscard]] static std::shared_ptr<MqttWorker> of_process();

  template <typename Work>
  void post(Work work) {
    boost::asio::post(thread_, std::move(work));
  }

  ~MqttWorker() { thread_.join(); }
  MqttWorker(const MqttWorker&) = delete;
  MqttWorker& operator=(const MqttWorker&) = delete;

 private:
  MqttWorker() = default;

  boost::asio::thread_pool thread_{1};
};

}  // namespace metergate
