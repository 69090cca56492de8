// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_worker.hpp"

#include <mutex>

namespace metergate {

std::shared_ptr<MqttWorker> MqttWorker::of_process() {
  static std::mutex mutex;
  static std::weak_ptr<MqttWorker> known;
  const std::lock_guard lock{mutex};
  auto worker = known.lock();
  if (!worker) {
    worker.reset(new MqttWorker);
    known = worker;
  }
  return worker;
}

}  // namespace metergate
