// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_dial_in.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "gateway/links/dlms_guest.hpp"
#include "gateway/links/dlms_line.hpp"
#include "gateway/links/dlms_stream_wire.hpp"

namespace metergate {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kListenAgainAfter{10};

class AcceptedWire : public StreamWire<tcp::socket> {
 public:
  AcceptedWire(asio::io_context& loop, tcp::socket socket, Handlers handlers)
      : StreamWire{loop, std::move(socket), std::move(handlers)} {}
  void open() override {
    asio::post(loop(), [self = shared_from_this(), this] { opened({}); });
  }
};

/// A modem that lost its network says nothing: what is sent and not acknowledged, and a connection
/// on which nothing is sent for long, show that it is gone.
void watch(tcp::socket& socket) {
  const auto set = [&](int level, int option, int value) {
    ::setsockopt(socket.native_handle(), level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 120);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 30);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 90'000);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

}  // namespace

class DlmsDialIn::Porter : public std::enable_shared_from_this<Porter> {
 public:
  Porter(asio::io_context& loop, std::string address, std::uint16_t port, Hooks hooks)
      : loop_{loop},
        address_{std::move(address)},
        port_{port},
        hooks_{std::move(hooks)},
        acceptor_{loop},
        timer_{loop},
        again_{loop} {}

  void listen() {
    error_code failed;
    const tcp::endpoint at{asio::ip::make_address(address_, failed), port_};
    const auto then = [&](auto step) {
      if (!failed) step();
    };
    then([&] { acceptor_.open(at.protocol(), failed); });
    then([&] { acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed); });
    then([&] { acceptor_.bind(at, failed); });
    then([&] { acceptor_.listen(tcp::acceptor::max_listen_connections, failed); });
    if (!failed) {
      hooks_.state_changed(true, "listening at port " + std::to_string(port()));
      return accept();
    }
    error_code ignored;
    acceptor_.close(ignored);
    const std::string why =
        "listening at " + address_ + ':' + std::to_string(port_) + ": " + failed.message();
    if (why != trouble_) hooks_.state_changed(false, why);
    trouble_ = why;
    again_.expires_after(kListenAgainAfter);
    again_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->listen();
    });
  }

  void name_meter(std::uint16_t number, DlmsMeterName name) {
    names_.insert_or_assign(number, std::move(name));
  }

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
    Hooks hooks = hooks_;
    hooks.state_changed = [this, number](bool up, const std::string& why) {
      hooks_.present(number, up, why);
    };
    auto& seat = seats_[number];
    seat = std::make_unique<DlmsLine>(
        loop_, "dial-in", DlmsLine::Idle::Keep,
        [](const DlmsWire::Handlers&) { return std::unique_ptr<DlmsWire>{}; }, std::move(hooks));
    seat->add_meter(number, settings);
  }

  void transact(WireRequest request, Completion done) {
    const auto seat = seats_.find(request.to.number);
    if (!stopped_ && seat != seats_.end()) {
      return seat->second->transact(std::move(request), std::move(done));
    }
    asio::post(loop_, [done = std::move(done)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, "nobody may dial in any more"}));
    });
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
    again_.cancel();
    guests_.clear();
    for (const auto& [number, seat] : seats_) seat->stop();
  }

  [[nodiscard]] std::uint16_t port() const {
    error_code failed;
    const auto at = acceptor_.local_endpoint(failed);
    return failed ? std::uint16_t{0} : at.port();
  }

 private:
  struct Guest {
    std::string peer;
    std::unique_ptr<DlmsWire> wire;
    DlmsGuest who;
    bool gone = false;  ///< the connection is no more: what came over it is left
  };

  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](const error_code& failed, tcp::socket socket) {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      if (!failed) {
        self->take(std::move(socket));
        return self->accept();
      }
      // Out of descriptors, say: not again at once, which would be for ever.
      self->hooks_.stranger("a caller", "not taken: " + failed.message());
      self->again_.expires_after(kListenAgainAfter);
      self->again_.async_wait([weak](const error_code& cancelled) {
        const auto later = weak.lock();
        if (!cancelled && later) later->accept();
      });
    });
  }

  void take(tcp::socket socket) {
    error_code failed;
    const auto from = socket.remote_endpoint(failed);
    if (failed) return;
    const std::string peer = from.address().to_string();
    if (guests_.size() >= kMostGuests) {
      // Closed with the socket.
      return hooks_.stranger(
          peer, "not taken: " + std::to_string(kMostGuests) + " others have not said who they are");
    }
    watch(socket);
    const std::uint64_t id = ++last_guest_;
    const auto weak = weak_from_this();
    const auto with = [weak, id](auto&& act) {
      const auto self = weak.lock();
      if (!self) return;
      const auto found = self->guests_.find(id);
      if (found != self->guests_.end()) act(*self, found->second);
    };
    auto wire = std::make_unique<WireHandle<AcceptedWire>>(std::make_shared<AcceptedWire>(
        loop_, std::move(socket),
        DlmsWire::Handlers{[with, id](const std::string&) {
                             with([&](Porter& self, Guest& guest) {
                               self.perform(id, guest.who.greet(Clock::now()));
                             });
                           },
                           [with, id](OctetView octets) {
                             with([&](Porter& self, Guest& guest) {
                               self.perform(id, guest.who.received(octets, Clock::now()));
                             });
                           },
                           [with, id](const std::string&) {
                             with([&](Porter& self, Guest& guest) {
                               guest.gone = true;
                               self.perform(id, guest.who.hung_up());
                             });
                           }}));
    wire->open();
    guests_.emplace(id, Guest{peer, std::move(wire), DlmsGuest{directory()}});
  }

  void perform(std::uint64_t id, const DlmsGuest::Effects& effects) {
    for (const DlmsGuest::Effect& effect : effects) {
      Guest& guest = guests_.at(id);
      if (const auto* write = std::get_if<DlmsGuest::Write>(&effect)) {
        if (!guest.gone) guest.wire->write(write->octets);
      } else if (const auto* known = std::get_if<DlmsGuest::Known>(&effect)) {
        // Later: the wire is in the middle of telling us.
        asio::post(loop_, [weak = weak_from_this(), id, known = *known] {
          if (const auto self = weak.lock()) self->show_in(id, known);
        });
      } else if (const auto* away = std::get_if<DlmsGuest::TurnedAway>(&effect)) {
        hooks_.stranger(guest.peer, away->why);
        asio::post(loop_, [weak = weak_from_this(), id] {
          if (const auto self = weak.lock()) self->guests_.erase(id);
        });
      }
    }
    arm();
  }

  void show_in(std::uint64_t id, const DlmsGuest::Known& known) {
    auto guest = guests_.extract(id);
    const auto seat = seats_.find(known.meter);
    if (guest.empty() || stopped_ || seat == seats_.end()) return;
    if (!guest.mapped().gone) seat->second->adopt(std::move(guest.mapped().wire));
    seat->second->received(known.pushed);
  }

  [[nodiscard]] DlmsGuest::Register directory() {
    return {[this](std::string_view serial) -> std::optional<std::uint16_t> {
              for (const auto& [number, name] : names_) {
                if (!name.serial.empty() && name.serial == serial) return number;
              }
              return std::nullopt;
            },
            [this](const dlms::SystemTitle& title) -> std::optional<std::uint16_t> {
              for (const auto& [number, name] : names_) {
                if (name.title == title) return number;
              }
              return std::nullopt;
            }};
  }

  void arm() {
    std::optional<Clock::time_point> next;
    for (const auto& [id, guest] : guests_) {
      const auto deadline = guest.who.deadline();
      if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    if (!next || stopped_) return;
    timer_.expires_at(*next);
    timer_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->time_passed();
    });
  }

  void time_passed() {
    std::vector<std::uint64_t> all;
    for (const auto& [id, guest] : guests_) all.push_back(id);
    for (const std::uint64_t id : all) {
      perform(id, guests_.at(id).who.time_passed(Clock::now()));
    }
    arm();
  }

  asio::io_context& loop_;
  const std::string address_;
  const std::uint16_t port_;
  Hooks hooks_;
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;  ///< for the guests
  asio::steady_timer again_;
  std::map<std::uint16_t, DlmsMeterName> names_;
  std::map<std::uint16_t, std::unique_ptr<DlmsLine>> seats_;
  std::map<std::uint64_t, Guest> guests_;
  std::uint64_t last_guest_ = 0;
  std::string trouble_;
  bool stopped_ = false;
};

DlmsDialIn::DlmsDialIn(asio::io_context& loop, std::string address, std::uint16_t port, Hooks hooks)
    : porter_{std::make_shared<Porter>(loop, std::move(address), port, std::move(hooks))} {
  porter_->listen();
}

DlmsDialIn::~DlmsDialIn() { stop(); }

void DlmsDialIn::name_meter(std::uint16_t number, DlmsMeterName name) {
  porter_->name_meter(number, std::move(name));
}
void DlmsDialIn::add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
  porter_->add_meter(number, settings);
}
void DlmsDialIn::transact(WireRequest request, Completion done) {
  porter_->transact(std::move(request), std::move(done));
}
void DlmsDialIn::stop() { porter_->stop(); }
std::uint16_t DlmsDialIn::port() const { return porter_->port(); }

}  // namespace metergate
