// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <set>
#include <system_error>

#include "gateway/runtime/control/control_connection.hpp"

namespace metergate::runtime {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

constexpr mode_t kMode = 0660;
constexpr std::size_t kMaxConnections = 32;
/// After a failed accept (no descriptors left), so that it does not become a busy loop.
constexpr std::chrono::milliseconds kAcceptPause{200};
/// How long an asker who does not read may hold up the end.
constexpr std::chrono::seconds kFarewell{1};

std::string why(int error) { return std::generic_category().message(error); }

/// Makes way for a new socket at `path`, unless something there is alive or not a socket.
Result<Done, std::string> clear_stale(const std::filesystem::path& path) {
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0) {
    if (errno == ENOENT) return Done{};
    return failure(path.string() + ": " + why(errno));
  }
  if (!S_ISSOCK(there.st_mode)) {
    return failure(path.string() + " exists and is not a socket; it was left alone");
  }
  asio::io_context probing;
  Protocol::socket probe{probing};
  boost::system::error_code refused;
  probe.connect(Protocol::endpoint{path.string()}, refused);
  if (!refused) {
    return failure(path.string() + " is served by another process; is the gateway running twice?");
  }
  if (refused != boost::system::errc::connection_refused) {
    return failure(path.string() + ": " + refused.message());
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return failure("the stale socket " + path.string() + " cannot be removed: " + why(errno));
  }
  return Done{};
}

}  // namespace

class ControlSocket::Server : public std::enable_shared_from_this<Server> {
 public:
  Server(asio::io_context& io, std::filesystem::path path, Handler handler)
      : acceptor_{io}, pause_{io}, path_{std::move(path)}, handler_{std::move(handler)} {}

  Result<Done, std::string> start() {
    constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
    if (path_.empty() || path_.string().size() > kLongest) {
      return failure("socket path `" + path_.string() + "`: 1 to " + std::to_string(kLongest) +
                     " octets are allowed");
    }
    if (auto cleared = clear_stale(path_); !cleared) return cleared;
    boost::system::error_code failed;
    acceptor_.open(Protocol{}, failed);
    // Linux gives the path the mode the socket had before it was bound, so there is no moment in
    // which everybody may connect; chmod then undoes what the umask took away.
    if (!failed && fchmod(acceptor_.native_handle(), kMode) != 0) {
      failed = {errno, boost::system::system_category()};
    }
    if (!failed) acceptor_.bind(Protocol::endpoint{path_.string()}, failed);
    if (!failed && chmod(path_.c_str(), kMode) != 0) {
      failed = {errno, boost::system::system_category()};
    }
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) {
      const std::string what = failed.message();
      acceptor_.close(failed);
      return failure(path_.string() + ": " + what);
    }
    struct stat bound {};
    if (lstat(path_.c_str(), &bound) == 0) inode_ = bound.st_ino;
    accept();
    return Done{};
  }

  void stop() {
    if (!acceptor_.is_open()) return;
    boost::system::error_code ignored;  // stopping goes on whatever the kernel says
    acceptor_.close(ignored);
    // Only what is ours: another gateway may have taken the path meanwhile.
    struct stat there {};
    if (lstat(path_.c_str(), &there) == 0 && there.st_ino == inode_) unlink(path_.c_str());
    const auto connections = connections_;
    for (const auto& connection : connections) connection->finish();
    pause_.cancel();
    if (connections_.empty()) return;
    pause_.expires_after(kFarewell);
    pause_.async_wait([self = shared_from_this()](boost::system::error_code) {
      const auto left = self->connections_;
      for (const auto& connection : left) connection->close();
    });
  }

 private:
  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](boost::system::error_code failed, Protocol::socket socket) {
          if (!self->acceptor_.is_open()) return;
          if (failed) {
            self->accept_later();
            return;
          }
          self->serve(std::move(socket));
          self->accept();
        });
  }

  void accept_later() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
  }

  void serve(Protocol::socket socket) {
    const auto connection = std::make_shared<ControlConnection>(
        std::move(socket), handler_,
        [weak = weak_from_this()](const std::shared_ptr<ControlConnection>& closed) {
          const auto self = weak.lock();
          if (!self) return;
          self->connections_.erase(closed);
          // The last one is gone: nothing to wait for at the end.
          if (self->connections_.empty() && !self->acceptor_.is_open()) self->pause_.cancel();
        });
    if (connections_.size() >= kMaxConnections) {
      connection->turn_away("at most " + std::to_string(kMaxConnections) +
                            " connections are served at a time");
      return;
    }
    connections_.insert(connection);
    connection->start();
  }

  Protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  std::filesystem::path path_;
  Handler handler_;
  ino_t inode_ = 0;
  std::set<std::shared_ptr<ControlConnection>> connections_;
};

ControlSocket::ControlSocket(asio::io_context& io, std::filesystem::path path, Handler handler)
    : server_{std::make_shared<Server>(io, std::move(path), std::move(handler))} {}

ControlSocket::~ControlSocket() { stop(); }

Result<Done, std::string> ControlSocket::start() { return server_->start(); }

void ControlSocket::stop() { server_->stop(); }

}  // namespace metergate::runtime
