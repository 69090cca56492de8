// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_line.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/links/mode_e_wire.hpp"

namespace metergate {

namespace asio = boost::asio;

namespace {

/// A host that is gone answers nothing, and the kernel would ask it for minutes.
constexpr std::chrono::seconds kConnectWithin{10};
/// Silence that ends a frame which is not whole: generous, for modems and USB hold octets back.
constexpr std::chrono::milliseconds kOctetGap{300};

LinkFault fault_of(const dlms::session::Failed& failed) {
  using Reason = dlms::session::Failed::Reason;
  // That the request itself did not leave does not make it the line's fault: the meter was asked.
  const bool silent = failed.reason == Reason::NoAnswer || failed.reason == Reason::Busy;
  return {silent ? LinkFault::Reason::NoAnswer : LinkFault::Reason::BadFrame, failed.what,
          failed.heard};
}

}  // namespace

class DlmsLine::Runner : public std::enable_shared_from_this<Runner> {
 public:
  Runner(asio::io_context& loop, std::string where, Idle idle, DlmsWireMaker make_wire, Hooks hooks)
      : loop_{loop},
        where_{std::move(where)},
        idle_{idle},
        make_wire_{std::move(make_wire)},
        hooks_{std::move(hooks)},
        timer_{loop} {}

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
    is_hdlc_ = settings.carrier == dlms::Carrier::Hdlc;
    sessions_.insert_or_assign(number, dlms::ClientSession{settings});
  }

  void transact(WireRequest request, Completion done) {
    const auto session = sessions_.find(request.to.number);
    if (stopping_ || session == sessions_.end()) {
      return end_later(std::move(done),
                       stopping_ ? "the line is being closed" : "no meter has this address");
    }
    request_ = std::move(request);
    done_ = std::move(done);
    if (!wire_) return open_wire();
    if (wire_is_for(request_.to.number)) ask();
  }

  /// Every wire is opened for one meter, in mode E.
  void open_by_sign_on(DlmsSerial way) { sign_on_ = std::move(way); }

  void name_meter(std::uint16_t number, DlmsMeterName name) {
    device_addresses_[number] = std::move(name.device_address);
  }

  void adopt(std::unique_ptr<DlmsWire> wire) {
    if (wire_) wire_lost("the meter has connected once more");
    wire_ = std::move(wire);
    wire_->hand_over(handlers());
    tell(true, {});
  }

  void stop() {
    stopping_ = true;
    timer_.cancel();
    wire_.reset();
    if (done_) end_later(std::exchange(done_, {}), "the line is being closed");
  }

  void received(OctetView octets) {
    const Instant now = Clock::now();
    last_octet_ = now;
    if (idle_ == Idle::Keep && !can_be_followed(octets)) return;
    if (is_hdlc_) {
      take(framer_.take(octets), now);
    } else {
      for (auto& [number, session] : sessions_) perform(number, session.received(octets, now));
    }
    arm();
  }

 private:
  using Clock = std::chrono::steady_clock;

  DlmsWire::Handlers handlers() {
    std::weak_ptr<Runner> self = weak_from_this();
    return {[self](const std::string& why) {
              if (const auto runner = self.lock()) runner->wire_opened(why);
            },
            [self](OctetView octets) {
              if (const auto runner = self.lock()) runner->received(octets);
            },
            [self](const std::string& why) {
              if (const auto runner = self.lock()) runner->wire_lost(why);
            },
            [self](LinkFault fault) {
              if (const auto runner = self.lock()) runner->unopened(std::move(fault));
            }};
  }

  void end_later(Completion done, std::string why) {
    asio::post(loop_, [done = std::move(done), why = std::move(why)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, why}));
    });
  }

  void open_wire() {
    const std::uint16_t number = request_.to.number;
    if (sign_on_) {
      // It has times of its own.
      wire_ = make_mode_e_wire(loop_, *sign_on_, device_addresses_[number], handlers());
      opened_for_ = number;
      return wire_->open();
    }
    wire_ = make_wire_(handlers());
    if (!wire_) return end_later(std::exchange(done_, {}), where_ + ": the meter is not there");
    opening_until_ = Clock::now() + kConnectWithin;
    wire_->open();
    arm();
  }

  /// One that was opened by a sign-on is for that meter until its link is closed; then the request
  /// gets a wire of its own (close_idle).
  bool wire_is_for(std::uint16_t number) {
    if (!sign_on_) return true;
    using enum dlms::SessionState;
    dlms::ClientSession& session = sessions_.at(opened_for_);
    const bool closing =
        session.state() == Down || session.state() == Releasing || session.state() == Unlinking;
    if (opened_for_ == number && !closing) return true;
    if (!closing) perform(opened_for_, session.close(Clock::now()));
    arm();
    return false;
  }

  void ask() {
    const std::uint16_t number = request_.to.number;
    perform(number, sessions_.at(number).ask(request_.octets, Clock::now(), request_.timeout));
    arm();
  }

  void wire_opened(const std::string& why) {
    opening_until_.reset();
    tell(why.empty(), why);
    if (why.empty()) return ask();
    wire_.reset();
    if (done_) {
      std::exchange(done_, {})(failure(LinkFault{LinkFault::Reason::NotSent, where_ + ": " + why}));
    }
  }

  void unopened(LinkFault fault) {
    tell(true, {});
    wire_.reset();
    if (done_) std::exchange(done_, {})(failure(std::move(fault)));
  }

  void wire_lost(const std::string& why) {
    wire_.reset();
    framer_ = hdlc::Framer{};
    followed_ = dlms::WrapperStream{};
    tell(false, why);
    const bool waited = static_cast<bool>(done_);
    const Completion done = std::exchange(done_, {});
    for (auto& [number, session] : sessions_) static_cast<void>(session.wire_lost());
    arm();
    if (waited) done(failure(LinkFault{LinkFault::Reason::Cut, where_ + ": " + why}));
  }

  /// A wire that is kept without an association would go on bringing what nobody can use.
  bool can_be_followed(OctetView octets) {
    const bool was_lost = followed_.fault().has_value();
    static_cast<void>(followed_.take(octets));
    if (!followed_.fault()) return true;
    if (was_lost) return false;
    asio::post(loop_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->wire_) self->wire_lost("what comes is no wrapper of DLMS");
    });
    return false;
  }

  void take(const std::vector<hdlc::Frame>& frames, Instant now) {
    for (const hdlc::Frame& frame : frames) {
      for (auto& [number, session] : sessions_) perform(number, session.received(frame, now));
    }
  }

  void perform(std::uint16_t number, const dlms::session::Effects& effects) {
    namespace out = dlms::session;
    for (const out::Effect& effect : effects) {
      if (const auto* write = std::get_if<out::Write>(&effect)) {
        if (wire_) wire_->write(write->octets);
      } else if (const auto* reserve = std::get_if<out::ReserveCounters>(&effect)) {
        if (hooks_.reserve_counters(number, reserve->end)) continue;
        // Not a single octet under a counter that is not on disk.
        finish(number, failure(LinkFault{LinkFault::Reason::NotSent,
                                         "no invocation counter can be kept on disk"}));
        return perform(number, sessions_.at(number).wire_lost());
      } else if (const auto* answered = std::get_if<out::Answered>(&effect)) {
        finish(number, WireAnswer{answered->apdu, {}});
      } else if (const auto* failed = std::get_if<out::Failed>(&effect)) {
        if (failed->reason == out::Failed::Reason::Refused && hooks_.refused) {
          hooks_.refused(number, failed->what);
        }
        finish(number, failure(fault_of(*failed)));
      } else if (const auto* told = std::get_if<out::Told>(&effect)) {
        if (hooks_.told) hooks_.told(number, told->apdu, told->proof);
      } else if ((!is_hdlc_ || sign_on_) && idle_ == Idle::Close &&
                 std::holds_alternative<out::Closed>(effect)) {
        // A connection without association is of no use to anybody, nor a meter at its sign-on.
        asio::post(loop_, [self = shared_from_this()] { self->close_idle(); });
      }
    }
  }

  void close_idle() {
    if (done_ && !sign_on_) return;
    for (const auto& [number, session] : sessions_) {
      if (session.state() != dlms::SessionState::Down) return;
    }
    wire_.reset();
    framer_ = hdlc::Framer{};
    if (done_) open_wire();
  }

  void finish(std::uint16_t number, WireResult result) {
    if (!done_ || number != request_.to.number) return;
    // Later, for the owner may ask the next thing at once.
    asio::post(loop_, [done = std::exchange(done_, {}), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  void tell(bool up, const std::string& why) {
    if (told_up_ == up && told_why_ == why) return;
    told_up_ = up;
    told_why_ = why;
    hooks_.state_changed(up, why);
  }

  void arm() {
    std::optional<Instant> next;
    const auto consider = [&next](std::optional<Instant> when) {
      if (when && (!next || *when < *next)) next = when;
    };
    for (const auto& [number, session] : sessions_) consider(session.deadline());
    if (framer_.within_frame()) consider(last_octet_ + kOctetGap);
    consider(opening_until_);
    if (!next || stopping_) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->time_passed();
    });
  }

  void time_passed() {
    const Instant now = Clock::now();
    if (opening_until_ && now >= *opening_until_) {
      return wire_opened("no answer to the request for a connection");
    }
    if (framer_.within_frame() && now >= last_octet_ + kOctetGap) {
      take(framer_.line_fell_silent(), now);
    }
    for (auto& [number, session] : sessions_) perform(number, session.time_passed(now));
    arm();
  }

  asio::io_context& loop_;
  std::string where_;
  Idle idle_;
  DlmsWireMaker make_wire_;
  std::optional<DlmsSerial> sign_on_;
  std::map<std::uint16_t, std::string> device_addresses_;
  std::uint16_t opened_for_ = 0;
  Hooks hooks_;
  asio::steady_timer timer_;
  std::unique_ptr<DlmsWire> wire_;
  std::map<std::uint16_t, dlms::ClientSession> sessions_;
  hdlc::Framer framer_;
  dlms::WrapperStream followed_;
  Instant last_octet_{};
  std::optional<Instant> opening_until_;
  bool is_hdlc_ = false;
  bool stopping_ = false;
  std::optional<bool> told_up_;
  std::string told_why_;
  WireRequest request_;
  Completion done_;
};

DlmsLine::DlmsLine(asio::io_context& loop, const DlmsWay& way, Hooks hooks)
    : DlmsLine{loop, text(way), Idle::Close,
               [&loop, way](DlmsWire::Handlers handlers) {
                 return DlmsWire::make(loop, way, std::move(handlers));
               },
               std::move(hooks)} {
  const auto* serial = std::get_if<DlmsSerial>(&way);
  if (serial != nullptr && serial->opening_baud) runner_->open_by_sign_on(*serial);
}

DlmsLine::DlmsLine(asio::io_context& loop, std::string where, Idle idle, DlmsWireMaker make_wire,
                   Hooks hooks)
    : runner_{std::make_shared<Runner>(loop, std::move(where), idle, std::move(make_wire),
                                       std::move(hooks))} {}

DlmsLine::~DlmsLine() { stop(); }

void DlmsLine::add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
  runner_->add_meter(number, settings);
}

void DlmsLine::name_meter(std::uint16_t number, DlmsMeterName name) {
  runner_->name_meter(number, std::move(name));
}

void DlmsLine::adopt(std::unique_ptr<DlmsWire> wire) { runner_->adopt(std::move(wire)); }

void DlmsLine::received(OctetView octets) { runner_->received(octets); }

void DlmsLine::transact(WireRequest request, Completion done) {
  runner_->transact(std::move(request), std::move(done));
}

void DlmsLine::stop() { runner_->stop(); }

}  // namespace metergate
