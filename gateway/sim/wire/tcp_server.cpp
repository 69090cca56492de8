// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/tcp_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/wire/descriptor.hpp"

namespace metergate::sim {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  Descriptor socket;
  std::unique_ptr<TcpPeer> peer;
  struct Answer {
    Clock::time_point due;
    Octets octets;
  };
  std::vector<Answer> waiting;  ///< late ones
};

Failure<std::string> failed(const char* what) {
  return failure(std::string{what} + ": " +
                 std::error_code{errno, std::generic_category()}.message());
}

/// False when the connection is gone.
bool send_all(int socket, OctetView octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

class TcpServer::Thread {
 public:
  Thread(Descriptor listener, StopEvent stop, std::uint16_t port, PeerMaker make_peer)
      : listener_{std::move(listener)},
        stop_{std::move(stop)},
        port_{port},
        make_peer_{std::move(make_peer)},
        thread_{[this] { run(); }} {}

  ~Thread() {
    stop_.raise();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void run() {
    for (;;) {
      std::vector<pollfd> sources{{stop_.descriptor(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const Connection& c : connections_) sources.push_back({c.socket.get(), POLLIN, 0});
      ::poll(sources.data(), sources.size(), pause_ms());
      if (sources[0].revents != 0) return;
      std::size_t at = 2;
      for (auto connection = connections_.begin(); connection != connections_.end(); ++at) {
        const bool alive =
            (sources[at].revents == 0 || receive(*connection)) && send_due(*connection);
        connection = alive ? std::next(connection) : connections_.erase(connection);
      }
      if (sources[1].revents != 0) accept();
    }
  }

  [[nodiscard]] int pause_ms() const {
    std::optional<Clock::time_point> next;
    for (const Connection& c : connections_) {
      for (const auto& answer : c.waiting) next = std::min(next.value_or(answer.due), answer.due);
    }
    if (!next) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  void accept() {
    Descriptor socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!socket) return;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.push_back({std::move(socket), make_peer_(), {}});
  }

  bool receive(Connection& connection) {
    std::array<std::uint8_t, 2048> buffer;
    const ssize_t got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    const auto size = static_cast<std::size_t>(got);
    auto answers = connection.peer->take(OctetView{buffer}.first(size));
    if (!answers) return false;
    for (TcpPeer::Answer& answer : *answers) {
      connection.waiting.push_back({Clock::now() + answer.late, std::move(answer.octets)});
    }
    return true;
  }

  bool send_due(Connection& connection) {
    const auto now = Clock::now();
    bool alive = true;
    std::erase_if(connection.waiting, [&](const Connection::Answer& answer) {
      if (answer.due > now) return false;
      alive = alive && send_all(connection.socket.get(), answer.octets);
      return true;
    });
    return alive;
  }

  const Descriptor listener_;
  const StopEvent stop_;
  const std::uint16_t port_;
  const PeerMaker make_peer_;
  std::list<Connection> connections_;
  std::thread thread_;  ///< last, so that it starts when everything else is there
};

Result<std::unique_ptr<TcpServer>, std::string> TcpServer::open(std::uint16_t port,
                                                                PeerMaker make_peer) {
  Descriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!listener) return failed("cannot make a socket");
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (::bind(listener.get(), raw, length) != 0 || ::listen(listener.get(), 16) != 0 ||
      ::getsockname(listener.get(), raw, &length) != 0) {
    return failed(("cannot listen on 127.0.0.1:" + std::to_string(port)).c_str());
  }
  auto stop = StopEvent::open();
  if (!stop) return failure(stop.error());
  return std::unique_ptr<TcpServer>{new TcpServer{std::make_unique<Thread>(
      std::move(listener), std::move(*stop), ntohs(address.sin_port), std::move(make_peer))}};
}

TcpServer::TcpServer(std::unique_ptr<Thread> thread) : thread_{std::move(thread)} {}
TcpServer::~TcpServer() = default;
std::uint16_t TcpServer::port() const { return thread_->port(); }

}  // namespace metergate::sim
