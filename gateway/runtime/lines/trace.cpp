// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/trace.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "meters/models/model_words.hpp"
#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::runtime {
namespace {

namespace json = boost::json;

/// A meter's own numbers are shorter, a token has twenty digits.
constexpr std::ptrdiff_t kMostDigitsShown = 16;

bool is_digit(std::uint8_t octet) { return octet >= '0' && octet <= '9'; }

Octets masked(OctetView octets) {
  Octets out(octets.begin(), octets.end());
  for (auto at = out.begin(); at != out.end();) {
    const auto begin = std::find_if(at, out.end(), is_digit);
    at = std::find_if_not(begin, out.end(), is_digit);
    if (at - begin > kMostDigitsShown) std::fill(begin, at, std::uint8_t{'*'});
  }
  return out;
}

}  // namespace

std::string_view outcome_word(const WireResult& result) {
  if (result) return "answered";
  constexpr std::array<std::string_view, 4> kWords{"no-answer", "bad-frame", "not-sent", "cut"};
  return kWords[static_cast<std::size_t>(result.error().reason)];
}

std::uint64_t Tracers::add(MeterId meter, Tracer tracer) {
  tracers_.emplace(++last_, Entry{std::move(meter), std::move(tracer)});
  return last_;
}

bool Tracers::want(const MeterId& meter) const {
  return std::ranges::any_of(tracers_, [&](const auto& one) { return one.second.meter == meter; });
}

void Tracers::tell(const TracedExchange& exchange) const {
  // A tracer may end itself.
  const auto tracers = tracers_;
  for (const auto& [number, entry] : tracers) {
    if (entry.meter == exchange.meter.id()) entry.tracer(exchange);
  }
}

std::string encode_trace(const TracedExchange& exchange, UtcTime now) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(exchange.on_wire);
  json::object out{{"at", rfc3339::text(now)},
                   {"meter", exchange.meter.id().text()},
                   {"link", exchange.link},
                   {"protocol", model::protocol_word(exchange.meter.model->protocol)},
                   {"on_wire_us", us.count()}};
  if (exchange.meter.model->protocol != model::Protocol::Mqtt) {
    out["address"] = exchange.meter.address.number;
  }
  if (exchange.holds_token) {
    out["hidden_octets"] = exchange.request.size();
  } else {
    out["request"] = hex::text(masked(exchange.request));
  }
  if (exchange.result) {
    out["answer"] = hex::text(masked(exchange.result->octets));
  } else {
    out["fault"] = outcome_word(exchange.result);
    out["what"] = exchange.result.error().what;
    const Octets& heard = exchange.result.error().heard;
    if (!heard.empty()) out["answer"] = hex::text(masked(heard));
  }
  return json::serialize(out);
}

}  // namespace metergate::runtime
