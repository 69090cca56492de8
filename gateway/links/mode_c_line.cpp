// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mode_c_line.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "gateway/links/dlms_wire.hpp"
#include "gateway/links/sign_on.hpp"

namespace metergate {

namespace asio = boost::asio;
namespace opening = iec62056_21::opening;

namespace {

WireResult result_of(opening::Effect effect) {
  if (auto* read = std::get_if<opening::ReadOut>(&effect)) {
    return WireAnswer{std::move(read->octets), {}};
  }
  const auto* failed = std::get_if<opening::Failed>(&effect);
  if (failed == nullptr) return failure(LinkFault{LinkFault::Reason::BadFrame, "no readout"});
  const bool silent = failed->reason == opening::Failed::Reason::NoAnswer;
  return failure(
      LinkFault{silent ? LinkFault::Reason::NoAnswer : LinkFault::Reason::BadFrame, failed->what});
}

}  // namespace

class ModeCLine::Runner : public std::enable_shared_from_this<Runner> {
 public:
  Runner(asio::io_context& loop, ModeCSerial way, StateChanged state_changed)
      : loop_{loop}, way_{std::move(way)}, state_changed_{std::move(state_changed)} {}

  void transact(WireRequest request, Completion done) {
    const auto message = iec62056_21::RequestMessage::decode(request.octets);
    if (stopping_ || !message) {
      return end_later(std::move(done),
                       stopping_ ? "the line is being closed" : message.error().text());
    }
    settings_.device_address = message->device_address;
    settings_.opening_baud = way_.opening_baud;
    settings_.greatest_baud = way_.greatest_baud;
    settings_.answer_timeout = request.timeout;
    done_ = std::move(done);
    if (wire_) return sign_on();
    wire_ = DlmsWire::make(loop_, DlmsSerial{way_.device, way_.opening_baud}, handlers());
    wire_->open();
  }

  void stop() {
    stopping_ = true;
    running_.reset();
    wire_.reset();
    if (done_) end_later(std::exchange(done_, {}), "the line is being closed");
  }

 private:
  DlmsWire::Handlers handlers() {
    std::weak_ptr<Runner> self = weak_from_this();
    return {[self](const std::string& why) {
              if (const auto runner = self.lock()) runner->wire_opened(why);
            },
            [self](OctetView octets) {
              const auto runner = self.lock();
              if (runner && runner->running_) runner->running_->received(octets);
            },
            [self](const std::string& why) {
              if (const auto runner = self.lock()) runner->wire_lost(why);
            }};
  }

  void sign_on() {
    running_.emplace(loop_, *wire_, settings_, [this](opening::Effect effect) {
      running_.reset();
      finish(result_of(std::move(effect)));
    });
    running_->start();
  }

  void wire_opened(const std::string& why) {
    tell(why.empty(), why);
    if (why.empty()) return sign_on();
    wire_.reset();
    finish(failure(LinkFault{LinkFault::Reason::NotSent, way_.device.string() + ": " + why}));
  }

  void wire_lost(const std::string& why) {
    running_.reset();
    wire_.reset();
    tell(false, why);
    finish(failure(LinkFault{LinkFault::Reason::Cut, way_.device.string() + ": " + why}));
  }

  void finish(WireResult result) {
    if (done_) std::exchange(done_, {})(std::move(result));
  }

  void end_later(Completion done, std::string why) {
    asio::post(loop_, [done = std::move(done), why = std::move(why)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, why}));
    });
  }

  void tell(bool up, const std::string& why) {
    if (told_up_ == up && told_why_ == why) return;
    told_up_ = up;
    told_why_ = why;
    state_changed_(up, why);
  }

  asio::io_context& loop_;
  ModeCSerial way_;
  StateChanged state_changed_;
  iec62056_21::OpeningSettings settings_;
  std::unique_ptr<DlmsWire> wire_;
  std::optional<SignOn> running_;  ///< after the wire, which it uses
  Completion done_;
  std::optional<bool> told_up_;
  std::string told_why_;
  bool stopping_ = false;
};

ModeCLine::ModeCLine(asio::io_context& loop, ModeCSerial way, StateChanged state_changed)
    : runner_{std::make_shared<Runner>(loop, std::move(way), std::move(state_changed))} {}

ModeCLine::~ModeCLine() { runner_->stop(); }

void ModeCLine::transact(WireRequest request, Completion done) {
  runner_->transact(std::move(request), std::move(done));
}

void ModeCLine::stop() { runner_->stop(); }

}  // namespace metergate
