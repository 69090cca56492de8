// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/mode_c/line.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"
#include "gateway/sim/wire/punctual.hpp"
#include "gateway/sim/wire/speed_wire.hpp"
#include "protocols/iec62056_21/opening.hpp"
#include "protocols/iec62056_21/parity.hpp"

namespace metergate::sim {

class ModeCLine::Thread {
 public:
  Thread(PseudoTerminal terminal, StopEvent stop, const WireSettings& settings,
         const SignOnSettings& sign_on, std::map<std::string, ModeCTarget> targets)
      : terminal_{std::move(terminal)},
        stop_{std::move(stop)},
        settings_{settings},
        sign_on_{sign_on},
        targets_{std::move(targets)},
        wire_{terminal_, settings} {
    thread_ = std::thread{[this] { run(); }};
  }
  ~Thread() {
    stop_.raise();
    thread_.join();
  }

  [[nodiscard]] const std::filesystem::path& device() const { return terminal_.device(); }

 private:
  using Clock = SpeedWire::Clock;

  void run() {
    for (;;) {
      std::array<pollfd, 2> sources{
          {{stop_.descriptor(), POLLIN, 0}, {terminal_.far_end(), POLLIN, 0}}};
      poll_until(sources, wire_.next());
      if (sources[0].revents != 0) return;
      if (sources[1].revents != 0) receive();
      wire_.hand_over(Clock::now());
    }
  }

  void receive() {
    std::array<std::uint8_t, 4'096> buffer;
    const ssize_t got = ::read(terminal_.far_end(), buffer.data(), buffer.size());
    // Between two readouts every meter listens at the opening speed; one that speaks hears nothing.
    if (got <= 0 || !wire_.is_quiet()) return server_.forget();
    const auto octets = OctetView{buffer}.first(static_cast<std::size_t>(got));
    const auto heard = server_.received(octets);
    if (!heard) return;
    // The reader's driver has given the octets away at once; the wire would still be at it.
    const auto end = Clock::now() + iec62056_21::on_the_wire(octets.size(), sign_on_.opening_baud);
    if (const auto* called = std::get_if<SignOnServer::Called>(&*heard)) {
      if (terminal_.speed() != sign_on_.opening_baud) return;
      call(called->device_address, settings_.paced ? end + settings_.turn_round : Clock::now());
    } else {
      // A reader changes its speed as soon as this has left: it may have by now.
      read_out(std::get<iec62056_21::OptionSelectMessage>(*heard), end + kReaction);
    }
  }

  void call(const std::string& address, Clock::time_point earliest) {
    chosen_ = nullptr;
    auto target = targets_.find(address);
    // Two that answer at once are understood by nobody.
    if (address.empty() && targets_.size() == 1) target = targets_.begin();
    if (target == targets_.end() || !target->second.faults->request_arrives()) return;
    chosen_ = &target->second;
    const auto message = sign_on_identification(sign_on_, iec62056_21::Mode::C).encode();
    wire_.send(iec62056_21::with_parity(message), sign_on_.opening_baud, earliest);
  }

  void read_out(const iec62056_21::OptionSelectMessage& option, Clock::time_point earliest) {
    const ModeCTarget* target = std::exchange(chosen_, nullptr);
    const auto speed = agreed_speed(sign_on_, option);
    if (target == nullptr || !speed || option.option != '0') return;
    const auto message = target->read_out();
    if (!message) return;
    auto delivery = target->faults->deliver(iec62056_21::with_parity(message->encode()));
    if (delivery) wire_.send(delivery->octets, *speed, earliest + delivery->late);
  }

  PseudoTerminal terminal_;
  const StopEvent stop_;
  const WireSettings settings_;
  const SignOnSettings sign_on_;
  const std::map<std::string, ModeCTarget> targets_;
  SignOnServer server_;
  SpeedWire wire_;
  const ModeCTarget* chosen_ = nullptr;  ///< that was called last
  std::thread thread_;
};

Result<std::unique_ptr<ModeCLine>, std::string> ModeCLine::open(
    const WireSettings& settings, const SignOnSettings& sign_on,
    std::map<std::string, ModeCTarget> targets) {
  auto terminal = PseudoTerminal::open();
  if (!terminal) return failure(terminal.error());
  auto stop = StopEvent::open();
  if (!stop) return failure(stop.error());
  return std::unique_ptr<ModeCLine>{new ModeCLine{std::make_unique<Thread>(
      std::move(*terminal), std::move(*stop), settings, sign_on, std::move(targets))}};
}

ModeCLine::ModeCLine(std::unique_ptr<Thread> thread) : thread_{std::move(thread)} {}
ModeCLine::~ModeCLine() = default;
const std::filesystem::path& ModeCLine::device() const { return thread_->device(); }

}  // namespace metergate::sim
