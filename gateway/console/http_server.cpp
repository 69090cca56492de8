// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>

#include "gateway/console/http_connection.hpp"

namespace metergate::console {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxConnections = 64;
/// After a failed accept (no descriptors left), so that it does not become a busy loop.
constexpr std::chrono::milliseconds kAcceptPause{200};

}  // namespace

class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, Handler handler)
      : acceptor_{io}, pause_{io}, handler_{std::move(handler)} {}

  Result<Done, std::string> start(const std::string& text, std::uint16_t port) {
    error_code failed;
    const auto address = asio::ip::make_address(text, failed);
    if (failed || !address.is_loopback()) {
      return failure("address " + text + ": a loopback address is expected");
    }
    const tcp::endpoint place{address, port};
    acceptor_.open(place.protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed) acceptor_.bind(place, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) {
      const std::string what = failed.message();
      acceptor_.close(failed);
      return failure(text + " port " + std::to_string(port) + ": " + what);
    }
    accept();
    return Done{};
  }

  [[nodiscard]] std::uint16_t port() const {
    error_code failed;
    return acceptor_.local_endpoint(failed).port();
  }

  void stop() {
    error_code ignored;  // stopping goes on whatever the kernel says
    acceptor_.close(ignored);
    pause_.cancel();
    const auto connections = connections_;
    for (const auto& connection : connections) connection->close();
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code failed, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (failed) return self->accept_later();
      self->serve(std::move(socket));
      self->accept();
    });
  }

  void accept_later() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
  }

  void serve(tcp::socket socket) {
    if (connections_.size() >= kMaxConnections) return;  // closed by its end of life
    const auto connection = HttpConnection::make(
        std::move(socket), handler_,
        [weak = weak_from_this()](const std::shared_ptr<HttpConnection>& closed) {
          if (const auto self = weak.lock()) self->connections_.erase(closed);
        });
    connections_.insert(connection);
    connection->start();
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Handler handler_;
  std::set<std::shared_ptr<HttpConnection>> connections_;
};

HttpServer::HttpServer(asio::io_context& io, Handler handler)
    : listener_{std::make_shared<Listener>(io, std::move(handler))} {}

HttpServer::~HttpServer() { stop(); }

Result<Done, std::string> HttpServer::start(const std::string& address, std::uint16_t port) {
  return listener_->start(address, port);
}

std::uint16_t HttpServer::port() const { return listener_->port(); }

void HttpServer::stop() { listener_->stop(); }

}  // namespace metergate::console
