// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_wire.hpp"

#include <sys/file.h>
#include <termios.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/serial_port.hpp>
#include <cerrno>
#include <utility>

#include "gateway/links/dlms_stream_wire.hpp"

namespace metergate {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class SerialWire : public StreamWire<asio::serial_port> {
 public:
  SerialWire(asio::io_context& loop, DlmsSerial way, Handlers handlers)
      : StreamWire{loop, std::move(handlers)}, way_{std::move(way)} {}

  void open() override {
    using Port = asio::serial_port;
    error_code failed;
    stream().open(way_.device.string(), failed);
    // Two that speak on one line understand neither answer; the engineer's tools ask for it too.
    if (!failed && ::flock(stream().native_handle(), LOCK_EX | LOCK_NB) != 0) {
      failed = error_code{EBUSY, boost::system::system_category()};
    }
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

  bool switch_speed(std::uint32_t baud) override {
    // Who switches has waited for as long as his octets take: what is left are those an adapter
    // holds, a few milliseconds of them.
    ::tcdrain(stream().native_handle());
    error_code failed;
    stream().set_option(asio::serial_port::baud_rate{baud}, failed);
    return !failed;
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

}  // namespace

std::string text(const DlmsWay& way) {
  if (const auto* serial = std::get_if<DlmsSerial>(&way)) return serial->device.string();
  const auto& tcp_way = std::get<DlmsTcp>(way);
  return tcp_way.host + ':' + std::to_string(tcp_way.port);
}

std::unique_ptr<DlmsWire> DlmsWire::make(asio::io_context& loop, const DlmsWay& way,
                                         Handlers handlers) {
  if (const auto* serial = std::get_if<DlmsSerial>(&way)) {
    return std::make_unique<WireHandle<SerialWire>>(
        std::make_shared<SerialWire>(loop, *serial, std::move(handlers)));
  }
  return std::make_unique<WireHandle<TcpWire>>(
      std::make_shared<TcpWire>(loop, std::get<DlmsTcp>(way), std::move(handlers)));
}

}  // namespace metergate
