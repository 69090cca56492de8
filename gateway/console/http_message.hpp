// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What the console's routes see of HTTP: values, no socket.
namespace metergate::console {

/// A request as it came in, bounded in size (http_connection.hpp), judged by nobody yet.
struct Request {
  enum class Method : unsigned char { Get, Head, Post, Other };
  Method method = Method::Other;
  std::string target;
  std::string host;
  std::string origin;
  std::string fetch_site;  ///< Sec-Fetch-Site
  std::string cookie;
  std::string content_type;
  std::string csrf_token;      ///< X-CSRF-Token
  std::string last_event_id;   ///< Last-Event-ID
  bool in_background = false;  ///< X-Background: nobody pressed a key for it
  std::string body;
};

/// Security headers go with every answer and are added by the connection.
struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// An answer that goes on: server-sent events. Bounded: who does not read loses the connection and
/// takes up later where they were (Last-Event-ID).
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// False: the other end is gone, or has fallen too far behind and was cut off.
  [[nodiscard]] virtual bool push(std::string frame) = 0;
  virtual void end() = 0;
};

/// The way back to whoever asked; may be kept and used later, on the loop. Once.
class Answerer {
 public:
  virtual ~Answerer() = default;
  virtual void answer(Response response) = 0;
  /// Null: the asker is gone.
  [[nodiscard]] virtual std::shared_ptr<EventStream> stream() = 0;
};

}  // namespace metergate::console
