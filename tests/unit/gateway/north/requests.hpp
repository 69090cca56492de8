// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "gateway/north/request.hpp"

/// Requests to decode, one mistake apart from a good one.
namespace metergate::north {

inline UtcTime at(std::string_view text) { return *rfc3339::parse(text); }

/// When everything in docs/examples/north is at the door.
inline const UtcTime kNow = at("2026-03-01T10:17:00.120Z");

inline const Topics& topics() {
  static const Topics kTopics{"metergate", *SiteId::parse("site-1")};
  return kTopics;
}

inline Incoming to_meter(std::string_view verb, std::string payload) {
  return {.topic = "metergate/v1/site-1/meter/house-001/command/" + std::string{verb},
          .payload = std::move(payload),
          .retained = false,
          .response_topic = {},
          .correlation_data = {}};
}

inline Incoming to_box(std::string_view verb, std::string payload) {
  Incoming out = to_meter(verb, std::move(payload));
  out.topic = "metergate/v1/site-1/command/" + std::string{verb};
  return out;
}

/// A token order that is right in everything.
inline boost::json::object good_token_order() {
  return {{"id", "vend-1"},
          {"issued_at", "2026-03-01T10:17:00Z"},
          {"expires_at", "2026-03-01T11:17:00Z"},
          {"operator", "vending"},
          {"work_order", "W-1"},
          {"params", {{"token", "73946144332040217315"}}}};
}

/// One that is right in everything but, perhaps, what it orders.
inline boost::json::object order_of(boost::json::object params) {
  boost::json::object out = good_token_order();
  out["params"] = std::move(params);
  return out;
}

inline boost::json::object good_read() {
  return {{"id", "read-1"},
          {"issued_at", "2026-03-01T10:17:00Z"},
          {"expires_at", "2026-03-01T11:17:00Z"},
          {"params", {{"what", {"relay"}}}}};
}

inline RefusedRequest refusal_of(const Incoming& incoming, UtcTime now = kNow,
                                 const Limits& limits = {}) {
  const auto command = decode_command(incoming, topics(), now, limits);
  EXPECT_FALSE(command) << "taken: " << incoming.payload;
  return command ? RefusedRequest{} : command.error();
}

inline RefusedRequest refusal_of(std::string_view verb, const boost::json::object& body,
                                 UtcTime now = kNow) {
  return refusal_of(to_meter(verb, boost::json::serialize(body)), now);
}

inline Command taken(const Incoming& incoming, UtcTime now = kNow) {
  const auto command = decode_command(incoming, topics(), now, {});
  if (!command) {
    ADD_FAILURE() << incoming.payload
                  << " is refused: " << reason_word(command.error().refusal.reason) << ' '
                  << command.error().refusal.field;
    return *decode_command(to_meter("read", boost::json::serialize(good_read())), topics(), kNow,
                           {});
  }
  return *command;
}

inline Command taken(std::string_view verb, const boost::json::object& body, UtcTime now = kNow) {
  return taken(to_meter(verb, boost::json::serialize(body)), now);
}

}  // namespace metergate::north
