// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/runtime/control/control_socket.hpp"

namespace metergate::runtime {

/// One engineer's connection to the control socket. It lives as long as a read, a write or a kept
/// reply needs it (replies hold it weakly).
class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using Closed = std::function<void(const std::shared_ptr<ControlConnection>&)>;

  ControlConnection(Socket socket, ControlSocket::Handler handler, Closed closed);

  void start();
  /// Says why and closes; for a connection that is not to be served.
  void turn_away(std::string_view what);
  /// Closes once everything handed over has been written.
  void finish();
  /// At once.
  void close();

 private:
  void read();
  void take_lines();
  void serve_next();
  [[nodiscard]] bool reply(std::uint64_t request, std::string_view json_line, bool is_last);
  void send(const std::string& line);
  void write();
  void close_if_done();

  Socket socket_;
  ControlSocket::Handler handler_;
  Closed closed_;
  std::string user_;
  std::string incoming_;
  std::deque<std::string> waiting_;  ///< request lines not yet served
  std::string outgoing_;             ///< gathered while `writing_` is on its way
  std::string writing_;
  std::uint64_t request_ = 0;  ///< number of the request being served
  bool serving_ = false;
  bool no_more_requests_ = false;  ///< the asker closed its side, or we are stopping
  bool finishing_ = false;
};

/// The login name, or `uid-<number>`.
[[nodiscard]] std::string user_name(uid_t user);
/// That of the process at the other end.
[[nodiscard]] std::string peer_user(int socket);

}  // namespace metergate::runtime
