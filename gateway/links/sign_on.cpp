// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/sign_on.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <utility>

namespace metergate {

namespace asio = boost::asio;
namespace opening = iec62056_21::opening;

class SignOn::Runner : public std::enable_shared_from_this<Runner> {
 public:
  Runner(asio::io_context& loop, DlmsWire& wire, iec62056_21::OpeningSettings settings, Done done)
      : loop_{loop},
        wire_{wire},
        opening_baud_{settings.opening_baud},
        opening_{std::move(settings)},
        done_{std::move(done)},
        timer_{loop} {}

  void start() {
    if (switch_to(opening_baud_)) perform(opening_.start(Clock::now()));
  }

  void received(OctetView octets) {
    if (!over_) perform(opening_.received(octets, Clock::now()));
  }

  void let_go() {
    over_ = true;
    done_ = {};
    timer_.cancel();
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool switch_to(std::uint32_t baud) {
    if (wire_.switch_speed(baud)) return true;
    end(opening::Failed{opening::Failed::Reason::Broken,
                        "the port cannot be switched to " + std::to_string(baud) + " baud"});
    return false;
  }

  void perform(opening::Effects effects) {
    for (opening::Effect& effect : effects) {
      if (auto* write = std::get_if<opening::Write>(&effect)) {
        wire_.write(std::move(write->octets));
      } else if (const auto* speed = std::get_if<opening::SwitchSpeed>(&effect)) {
        if (!switch_to(speed->baud)) return;
      } else {
        return end(std::move(effect));
      }
    }
    arm();
  }

  void end(opening::Effect result) {
    over_ = true;
    timer_.cancel();
    asio::post(loop_, [weak = weak_from_this(), result = std::move(result)]() mutable {
      const auto self = weak.lock();
      if (self && self->done_) std::exchange(self->done_, {})(std::move(result));
    });
  }

  void arm() {
    const auto next = opening_.deadline();
    if (!next) return;
    timer_.expires_at(*next);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self && !self->over_) {
        self->perform(self->opening_.time_passed(Clock::now()));
      }
    });
  }

  asio::io_context& loop_;
  DlmsWire& wire_;
  std::uint32_t opening_baud_;
  iec62056_21::Opening opening_;
  Done done_;
  asio::steady_timer timer_;
  bool over_ = false;
};

SignOn::SignOn(asio::io_context& loop, DlmsWire& wire, iec62056_21::OpeningSettings settings,
               Done done)
    : runner_{std::make_shared<Runner>(loop, wire, std::move(settings), std::move(done))} {}

SignOn::~SignOn() { runner_->let_go(); }

void SignOn::start() { runner_->start(); }

void SignOn::received(OctetView octets) { runner_->received(octets); }

}  // namespace metergate
