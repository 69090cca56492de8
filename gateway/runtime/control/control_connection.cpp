// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_connection.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/write.hpp>
#include <utility>

#include "gateway/runtime/control/control_request.hpp"

namespace metergate::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadOctets = 16'384;
/// Requests sent ahead of their answers.
constexpr std::size_t kMaxWaiting = 64;
/// What an asker who does not read may leave in our memory.
constexpr std::size_t kMaxOutgoingOctets = std::size_t{8} * 1024 * 1024;

}  // namespace

std::string user_name(uid_t user) {
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return "uid-" + std::to_string(user);
  }
  return found->pw_name;
}

std::string peer_user(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return "uid-unknown";
  return user_name(peer.uid);
}

ControlConnection::ControlConnection(Socket socket, ControlSocket::Handler handler, Closed closed)
    : socket_{std::move(socket)}, handler_{std::move(handler)}, closed_{std::move(closed)} {}

void ControlConnection::start() {
  user_ = peer_user(socket_.native_handle());
  read();
}

void ControlConnection::turn_away(std::string_view what) {
  send(control_reply_line(control_error(what), true));
  finish();
}

void ControlConnection::finish() {
  no_more_requests_ = true;
  finishing_ = true;
  waiting_.clear();
  close_if_done();
}

void ControlConnection::read() {
  const std::size_t before = incoming_.size();
  incoming_.resize(before + kReadOctets);
  socket_.async_read_some(
      asio::buffer(incoming_.data() + before, kReadOctets),
      [self = shared_from_this(), before](boost::system::error_code failed, std::size_t octets) {
        self->incoming_.resize(before + octets);
        if (failed) {
          // The asker may have closed only its own side (`socat`, `nc -N`) and still read.
          self->no_more_requests_ = true;
          self->close_if_done();
          return;
        }
        self->take_lines();
      });
}

void ControlConnection::take_lines() {
  std::size_t end = incoming_.find('\n');
  while (end != std::string::npos && end <= kMaxControlLineOctets &&
         waiting_.size() < kMaxWaiting) {
    if (end != 0) waiting_.push_back(incoming_.substr(0, end));
    incoming_.erase(0, end + 1);
    end = incoming_.find('\n');
  }
  const std::size_t unfinished = end == std::string::npos ? incoming_.size() : end;
  if (unfinished > kMaxControlLineOctets) {
    turn_away("a request is at most " + std::to_string(kMaxControlLineOctets) +
              " octets long and ends in a line feed");
    return;
  }
  if (end != std::string::npos) {
    turn_away("at most " + std::to_string(kMaxWaiting) + " requests may wait for their answers");
    return;
  }
  serve_next();
  if (!no_more_requests_) read();
}

void ControlConnection::serve_next() {
  while (!serving_ && !finishing_ && !waiting_.empty()) {
    const std::string line = std::move(waiting_.front());
    waiting_.pop_front();
    auto call = parse_control_line(line);
    if (!call) {
      send(control_reply_line(control_error(call.error()), true));
      continue;
    }
    serving_ = true;
    const std::uint64_t number = ++request_;
    handler_(ControlRequest{.method = std::move(call->method),
                            .params_json = std::move(call->params_json),
                            .user = user_},
             [weak = weak_from_this(), number](const std::string& json_line, bool is_last) {
               const auto self = weak.lock();
               return self && self->reply(number, json_line, is_last);
             });
  }
  close_if_done();
}

bool ControlConnection::reply(std::uint64_t request, std::string_view json_line, bool is_last) {
  // A reply after its own end, or after the connection's, has nobody to go to.
  if (!serving_ || request != request_ || finishing_ || !socket_.is_open()) return false;
  if (outgoing_.size() + writing_.size() + json_line.size() > kMaxOutgoingOctets) {
    close();
    return false;
  }
  send(control_reply_line(json_line, is_last));
  if (is_last) {
    serving_ = false;
    // Not from inside the handler: a long row of waiting requests must not grow the stack.
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->serve_next(); });
  }
  return true;
}

void ControlConnection::send(const std::string& line) {
  outgoing_ += line;
  if (writing_.empty()) write();
}

void ControlConnection::write() {
  // All that has gathered at once: each write waits its turn in a loop that may be busy.
  writing_ = std::exchange(outgoing_, {});
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](boost::system::error_code failed, std::size_t) {
                      if (failed) {
                        self->close();
                        return;
                      }
                      self->writing_.clear();
                      if (!self->outgoing_.empty()) {
                        self->write();
                        return;
                      }
                      self->close_if_done();
                    });
}

void ControlConnection::close_if_done() {
  const bool nothing_to_serve = !serving_ && waiting_.empty();
  if (outgoing_.empty() && writing_.empty() &&
      (finishing_ || (no_more_requests_ && nothing_to_serve)))
    close();
}

void ControlConnection::close() {
  boost::system::error_code ignored;  // closing a broken connection has no better outcome
  socket_.close(ignored);
  finishing_ = true;
  serving_ = false;
  if (const auto closed = std::exchange(closed_, nullptr)) closed(shared_from_this());
}

}  // namespace metergate::runtime
