// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "gateway/links/link.hpp"
#include "gateway/runtime/meter_unit.hpp"

namespace metergate::runtime {

/// One exchange with a meter, after it is over.
struct TracedExchange {
  const MeterUnit& meter;
  const std::string& link;
  OctetView request;         ///< as the driver made it: a Modbus PDU, an APDU, JSON
  bool holds_token = false;  ///< the request is a token: nobody is shown it
  const WireResult& result;
  Duration on_wire;  ///< for as long the wire was given to it
};

/// Who wants to see the exchanges with one meter: an engineer, for a while.
class Tracers {
 public:
  using Tracer = std::function<void(const TracedExchange&)>;

  std::uint64_t add(MeterId meter, Tracer tracer);
  void remove(std::uint64_t number) { tracers_.erase(number); }
  [[nodiscard]] bool want(const MeterId& meter) const;
  void tell(const TracedExchange& exchange) const;
  [[nodiscard]] std::size_t count() const { return tracers_.size(); }

 private:
  struct Entry {
    MeterId meter;
    Tracer tracer;
  };
  std::map<std::uint64_t, Entry> tracers_;
  std::uint64_t last_ = 0;
};

/// `answered`, `no-answer`, `bad-frame`, `not-sent`, `cut`
[[nodiscard]] std::string_view outcome_word(const WireResult& result);

/// `{"at": …, "meter": …, "link": …, "protocol": …, "address": …, "request": "03 00 …",
/// "answer": …}`; without an answer `fault` and `what`, and as `answer` what came and was none; no
/// address with MQTT. What looks like the digits of a token is replaced by asterisks, a request
/// that holds one by `hidden_octets`.
[[nodiscard]] std::string encode_trace(const TracedExchange& exchange, UtcTime now);

}  // namespace metergate::runtime
