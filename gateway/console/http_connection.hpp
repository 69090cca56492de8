// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "gateway/console/http_message.hpp"

namespace metergate::console {

inline constexpr std::size_t kMaxHeaderOctets = 8'192;
inline constexpr std::size_t kMaxBodyOctets = 65'536;
/// A request has to be here in full after so long, an answer taken; also the longest pause between
/// two requests.
inline constexpr std::chrono::seconds kExchangeTime{20};
/// What a reader of events may fall behind.
inline constexpr std::size_t kMaxUnreadOctets = std::size_t{256} * 1024;

using Handler = std::function<void(Request, std::shared_ptr<Answerer>)>;

/// One browser's connection: requests one after the other, each bounded in size and time, none read
/// before the last one was answered. Loop thread only.
class HttpConnection {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Closed = std::function<void(const std::shared_ptr<HttpConnection>&)>;

  [[nodiscard]] static std::shared_ptr<HttpConnection> make(Socket socket, Handler handler,
                                                            Closed closed);
  virtual ~HttpConnection() = default;
  virtual void start() = 0;
  virtual void close() = 0;
};

}  // namespace metergate::console
