// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <memory>
#include <utility>

#include "gateway/links/dlms_wire.hpp"

namespace metergate {

/// Reading and writing of an open stream. Completion handlers share it and ask whether it is still
/// the one in use.
template <typename Stream>
class StreamWire : public DlmsWire, public std::enable_shared_from_this<StreamWire<Stream>> {
 public:
  StreamWire(boost::asio::io_context& loop, Handlers handlers)
      : loop_{loop}, handlers_{std::move(handlers)}, stream_{loop} {}
  /// Of a stream that is open already.
  StreamWire(boost::asio::io_context& loop, Stream stream, Handlers handlers)
      : loop_{loop}, handlers_{std::move(handlers)}, stream_{std::move(stream)} {}

  void write(Octets octets) override {
    queue_.push_back(std::move(octets));
    if (queue_.size() == 1) write_next();
  }

  void hand_over(Handlers handlers) override { handlers_ = std::move(handlers); }

  void close() override {
    open_ = false;
    let_go_ = true;
    queue_.clear();
    boost::system::error_code ignored;
    stream_.close(ignored);
  }

 protected:
  void opened(const boost::system::error_code& failed) {
    if (let_go_) return;  // while it was being opened
    if (failed) {
      close();
      return handlers_.opened(failed.message());
    }
    open_ = true;
    read_next();
    handlers_.opened({});
  }
  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }
  [[nodiscard]] Stream& stream() { return stream_; }

 private:
  void read_next() {
    stream_.async_read_some(boost::asio::buffer(buffer_),
                            [self = this->shared_from_this()](
                                const boost::system::error_code& failed, std::size_t count) {
                              if (!self->open_) return;
                              if (failed) return self->gone(failed);
                              self->handlers_.received(OctetView{self->buffer_}.first(count));
                              if (self->open_) self->read_next();
                            });
  }

  void write_next() {
    boost::asio::async_write(
        stream_, boost::asio::buffer(queue_.front()),
        [self = this->shared_from_this()](const boost::system::error_code& failed, std::size_t) {
          if (!self->open_) return;
          if (failed) return self->gone(failed);
          self->queue_.pop_front();
          if (!self->queue_.empty()) self->write_next();
        });
  }

  void gone(const boost::system::error_code& failed) {
    close();
    handlers_.lost(failed.message());
  }

  boost::asio::io_context& loop_;
  Handlers handlers_;
  Stream stream_;
  bool open_ = false;
  bool let_go_ = false;
  std::array<std::uint8_t, 4096> buffer_{};
  std::deque<Octets> queue_;
};

/// What the owner holds: handlers of a wire it has let go of find it closed.
template <typename Wire>
class WireHandle : public DlmsWire {
 public:
  explicit WireHandle(std::shared_ptr<Wire> wire) : wire_{std::move(wire)} {}
  ~WireHandle() override { wire_->close(); }
  void open() override { wire_->open(); }
  void write(Octets octets) override { wire_->write(std::move(octets)); }
  void hand_over(Handlers handlers) override { wire_->hand_over(std::move(handlers)); }
  void close() override { wire_->close(); }
  bool switch_speed(std::uint32_t baud) override { return wire_->switch_speed(baud); }

 private:
  std::shared_ptr<Wire> wire_;
};

}  // namespace metergate
