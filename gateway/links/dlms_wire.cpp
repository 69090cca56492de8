// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_wire.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/serial_port.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <utility>

namespace metergate {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Reading and writing of an open stream. Completion handlers share it and ask whether it is still
/// the one in use.
template <typename Stream>
class StreamWire : public DlmsWire, public std::enable_shared_from_this<StreamWire<Stream>> {
 public:
  StreamWire(asio::io_context& loop, Handlers handlers)
      : loop_{loop}, handlers_{std::move(handlers)}, stream_{loop} {}

  void write(Octets octets) override {
    queue_.push_back(std::move(octets));
    if (queue_.size() == 1) write_next();
  }

  void close() override {
    open_ = false;
    let_go_ = true;
    queue_.clear();
    error_code ignored;
    stream_.close(ignored);
  }

 protected:
  void opened(const error_code& failed) {
    if (let_go_) return;  // while it was being opened
    if (failed) {
      close();
      return handlers_.opened(failed.message());
    }
    open_ = true;
    read_next();
    handlers_.opened({});
  }
  [[nodiscard]] asio::io_context& loop() { return loop_; }
  [[nodiscard]] Stream& stream() { return stream_; }

 private:
  void read_next() {
    stream_.async_read_some(
        asio::buffer(buffer_),
        [self = this->shared_from_this()](const error_code& failed, std::size_t count) {
          if (!self->open_) return;
          if (failed) return self->gone(failed);
          self->handlers_.received(OctetView{self->buffer_}.first(count));
          if (self->open_) self->read_next();
        });
  }

  void write_next() {
    asio::async_write(stream_, asio::buffer(queue_.front()),
                      [self = this->shared_from_this()](const error_code& failed, std::size_t) {
                        if (!self->open_) return;
                        if (failed) return self->gone(failed);
                        self->queue_.pop_front();
                        if (!self->queue_.empty()) self->write_next();
                      });
  }

  void gone(const error_code& failed) {
    close();
    handlers_.lost(failed.message());
  }

  asio::io_context& loop_;
  Handlers handlers_;
  Stream stream_;
  bool open_ = false;
  bool let_go_ = false;
  std::array<std::uint8_t, 4096> buffer_{};
  std::deque<Octets> queue_;
};

class SerialWire : public StreamWire<asio::serial_port> {
 public:
  SerialWire(asio::io_context& loop, DlmsSerial way, Handlers handlers)
      : StreamWire{loop, std::move(handlers)}, way_{std::move(way)} {}

  void open() override {
    using Port = asio::serial_port;
    error_code failed;
    stream().open(way_.device.string(), failed);
    const auto set = [&](const auto& option) {
      if (!failed) stream().set_option(option, failed);
    };
    set(Port::baud_rate{way_.baud});
    set(Port::character_size{8});
    set(Port::parity{Port::parity::none});
    set(Port::stop_bits{Port::stop_bits::one});
    set(Port::flow_control{Port::flow_control::none});
    asio::post(loop(), [self = shared_from_this(), this, failed] { opened(failed); });
  }

 private:
  DlmsSerial way_;
};

class TcpWire : public StreamWire<tcp::socket> {
 public:
  TcpWire(asio::io_context& loop, DlmsTcp way, Handlers handlers)
      : StreamWire{loop, std::move(handlers)}, way_{std::move(way)}, resolver_{loop} {}

  void open() override {
    resolver_.async_resolve(
        way_.host, std::to_string(way_.port),
        [self = shared_from_this(), this](const error_code& failed,
                                          const tcp::resolver::results_type& found) {
          if (failed) return opened(failed);
          asio::async_connect(stream(), found,
                              [self, this](const error_code& refused, const tcp::endpoint&) {
                                error_code ignored;
                                if (!refused) stream().set_option(tcp::no_delay{true}, ignored);
                                opened(refused);
                              });
        });
  }

 private:
  DlmsTcp way_;
  tcp::resolver resolver_;
};

/// What the owner holds: handlers of a wire it has let go of find it closed.
template <typename Wire>
class Handle : public DlmsWire {
 public:
  explicit Handle(std::shared_ptr<Wire> wire) : wire_{std::move(wire)} {}
  ~Handle() override { wire_->close(); }
  void open() override { wire_->open(); }
  void write(Octets octets) override { wire_->write(std::move(octets)); }
  void close() override { wire_->close(); }

 private:
  std::shared_ptr<Wire> wire_;
};

}  // namespace

std::string text(const DlmsWay& way) {
  if (const auto* serial = std::get_if<DlmsSerial>(&way)) return serial->device.string();
  const auto& tcp_way = std::get<DlmsTcp>(way);
  return tcp_way.host + ':' + std::to_string(tcp_way.port);
}

std::unique_ptr<DlmsWire> DlmsWire::make(asio::io_context& loop, const DlmsWay& way,
                                         Handlers handlers) {
  if (const auto* serial = std::get_if<DlmsSerial>(&way)) {
    return std::make_unique<Handle<SerialWire>>(
        std::make_shared<SerialWire>(loop, *serial, std::move(handlers)));
  }
  return std::make_unique<Handle<TcpWire>>(
      std::make_shared<TcpWire>(loop, std::get<DlmsTcp>(way), std::move(handlers)));
}

}  // namespace metergate
