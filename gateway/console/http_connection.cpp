// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/http_connection.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>

namespace metergate::console {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

/// Everything comes from here and nothing is framed, kept or told to others.
constexpr std::pair<std::string_view, std::string_view> kSecurityHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
};

Request::Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Request::Method::Get;
    case http::verb::head:
      return Request::Method::Head;
    case http::verb::post:
      return Request::Method::Post;
    default:
      return Request::Method::Other;
  }
}

using Message = http::request<http::string_body>;

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

std::string field(const Message& message, std::string_view name) {
  return text_of(message[beast::string_view{name.data(), name.size()}]);
}

Request request_of(Message&& message) {
  Request out;
  out.method = method_of(message.method());
  out.target = text_of(message.target());
  out.host = field(message, "Host");
  out.origin = field(message, "Origin");
  out.fetch_site = field(message, "Sec-Fetch-Site");
  out.cookie = field(message, "Cookie");
  out.content_type = field(message, "Content-Type");
  out.csrf_token = field(message, "X-CSRF-Token");
  out.last_event_id = field(message, "Last-Event-ID");
  out.in_background = !field(message, "X-Background").empty();
  out.body = std::move(message.body());
  return out;
}

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Handler handler, Closed closed)
      : stream_{std::move(socket)}, handler_{std::move(handler)}, closed_{std::move(closed)} {}

  void start() override { read(); }

  void close() override {
    if (is_closed_) return;
    is_closed_ = true;
    error_code ignored;  // it is over, whatever the kernel says
    stream_.socket().shutdown(Socket::shutdown_both, ignored);
    stream_.close();
    if (const auto told = std::move(closed_)) told(shared_from_this());
  }

  void answer(Response response) {
    if (is_closed_) return;
    auto message = std::make_shared<http::response<http::string_body>>();
    message->version(11);
    message->result(response.status);
    set_headers(*message, response.content_type);
    for (const auto& [name, value] : response.headers) message->insert(name, value);
    message->keep_alive(keeps_alive_);
    message->content_length(response.body.size());
    if (!is_head_) message->body() = std::move(response.body);
    stream_.expires_after(kExchangeTime);
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](error_code failed, std::size_t) {
                        if (failed || !self->keeps_alive_) return self->close();
                        self->read();
                      });
  }

  /// From now on nothing but events leaves; the other end has nothing more to say.
  bool begin_events() {
    if (is_closed_) return false;
    http::response<http::empty_body> head;
    head.version(11);
    head.result(http::status::ok);
    set_headers(head, "text/event-stream");
    head.keep_alive(false);
    std::string text = "HTTP/1.1 200 OK\r\n";
    for (const auto& one : head) {
      text += text_of(one.name_string()) + ": " + text_of(one.value()) + "\r\n";
    }
    outgoing_ = text + "\r\n";
    stream_.expires_never();
    watch_for_end();
    write_events();
    return true;
  }

  bool push(const std::string& frame) {
    if (is_closed_) return false;
    if (outgoing_.size() + writing_.size() + frame.size() > kMaxUnreadOctets) {
      close();
      return false;
    }
    outgoing_ += frame;
    write_events();
    return true;
  }

 private:
  class Reply;
  class Events;

  template <typename M>
  static void set_headers(M& message, const std::string& content_type) {
    message.set(http::field::content_type, content_type);
    for (const auto& [name, value] : kSecurityHeaders) {
      message.insert(beast::string_view{name.data(), name.size()},
                     beast::string_view{value.data(), value.size()});
    }
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderOctets);
    parser_->body_limit(kMaxBodyOctets);
    stream_.expires_after(kExchangeTime);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code failed, std::size_t) { self->has_read(failed); });
  }

  void has_read(error_code failed);

  void refuse(unsigned status, std::string_view why) {
    keeps_alive_ = false;
    answer({status, "text/plain; charset=utf-8", std::string{why} + "\n"});
  }

  void write_events() {
    if (!writing_.empty() || outgoing_.empty() || is_closed_) return;
    writing_ = std::move(outgoing_);
    outgoing_.clear();
    stream_.expires_after(kExchangeTime);
    asio::async_write(stream_, asio::buffer(writing_),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        self->writing_.clear();
                        if (failed) return self->close();
                        self->write_events();
                      });
  }

  void watch_for_end() {
    stream_.async_read_some(buffer_.prepare(512),
                            [self = shared_from_this()](error_code failed, std::size_t) {
                              if (failed) return self->close();
                              self->watch_for_end();  // whatever it says is thrown away
                            });
  }

  beast::tcp_stream stream_;
  Handler handler_;
  Closed closed_;
  beast::flat_buffer buffer_{kMaxHeaderOctets + kMaxBodyOctets};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string outgoing_;  ///< gathered while `writing_` is on its way
  std::string writing_;
  bool keeps_alive_ = true;
  bool is_head_ = false;
  bool is_closed_ = false;
};

class Connection::Events final : public EventStream {
 public:
  explicit Events(std::weak_ptr<Connection> to) : to_{std::move(to)} {}
  bool push(std::string frame) override {
    const auto connection = to_.lock();
    return connection && connection->push(frame);
  }
  void end() override {
    if (const auto connection = to_.lock()) connection->close();
  }

 private:
  std::weak_ptr<Connection> to_;
};

/// Dropped without an answer it says so: nobody waits for ever.
class Connection::Reply final : public Answerer {
 public:
  explicit Reply(std::weak_ptr<Connection> to) : to_{std::move(to)} {}
  ~Reply() override {
    if (!is_used_) answer({500, "text/plain; charset=utf-8", "no answer\n"});
  }
  void answer(Response response) override {
    if (std::exchange(is_used_, true)) return;
    if (const auto connection = to_.lock()) connection->answer(std::move(response));
  }
  std::shared_ptr<EventStream> stream() override {
    if (std::exchange(is_used_, true)) return nullptr;
    const auto connection = to_.lock();
    if (!connection || !connection->begin_events()) return nullptr;
    return std::make_shared<Events>(to_);
  }

 private:
  std::weak_ptr<Connection> to_;
  bool is_used_ = false;
};

void Connection::has_read(error_code failed) {
  if (failed == http::error::header_limit) return refuse(431, "the headers are too long");
  if (failed == http::error::body_limit) return refuse(413, "the body is too long");
  const bool is_gone = failed == http::error::end_of_stream || failed == beast::error::timeout ||
                       failed == asio::error::operation_aborted ||
                       failed == asio::error::connection_reset || failed == asio::error::eof ||
                       failed == http::error::partial_message;
  if (is_gone) return close();
  if (failed) return refuse(400, "no request of HTTP/1.1");
  Message message = parser_->release();
  keeps_alive_ = message.keep_alive();
  is_head_ = message.method() == http::verb::head;
  if (message.count(http::field::host) != 1) return refuse(400, "one Host is expected");
  stream_.expires_never();
  handler_(request_of(std::move(message)), std::make_shared<Reply>(weak_from_this()));
}

}  // namespace

std::shared_ptr<HttpConnection> HttpConnection::make(Socket socket, Handler handler,
                                                     Closed closed) {
  return std::make_shared<Connection>(std::move(socket), std::move(handler), std::move(closed));
}

}  // namespace metergate::console
