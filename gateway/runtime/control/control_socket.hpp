// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "protocols/result.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate::runtime {

/// What somebody on this box asks of the running gateway. `user` is not claimed but known: the
/// kernel tells who holds the other end (SO_PEERCRED).
struct ControlRequest {
  std::string method;
  std::string params_json;
  std::string user;  ///< login name, or `uid-1234` for one without
};

/// Sends one line (a JSON object, without line feed) to the asker; `end` marks the last one of this
/// request. May be kept and called later, from the loop. False: the asker is gone, stop.
using ControlReply = std::function<bool(std::string json_line, bool end)>;

/// The engineers' door: a UNIX socket of mode 0660, newline-delimited JSON. Requests of one
/// connection are worked off one after the other, each answered by one or more lines.
/// Everything here happens on the loop's thread.
class ControlSocket {
 public:
  using Handler = std::function<void(ControlRequest, ControlReply)>;

  ControlSocket(boost::asio::io_context& io, std::filesystem::path path, Handler handler);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Takes the path. A socket left behind by a dead process is replaced; one that somebody serves,
  /// or a file of another kind, is left alone and told as the error.
  [[nodiscard]] Result<Done, std::string> start();
  /// Takes no more requests, lets what is being written go out, removes the path. Replies kept by
  /// the handler return false from now on.
  void stop();

 private:
  class Server;
  std::shared_ptr<Server> server_;
};

}  // namespace metergate::runtime
