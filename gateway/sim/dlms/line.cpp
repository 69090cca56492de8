// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/line.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include "gateway/sim/dlms/station.hpp"
#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"
#include "gateway/sim/wire/punctual.hpp"
#include "gateway/sim/wire/speed_wire.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/iec62056_21/opening.hpp"
#include "protocols/iec62056_21/parity.hpp"

namespace metergate::sim {
namespace {

using Clock = std::chrono::steady_clock;

/// A frame that pauses for longer has broken off; a busy computer may pause for less.
constexpr std::chrono::milliseconds kSilence{200};

/// How often it is looked whether somebody ordered a push.
constexpr std::chrono::milliseconds kLookForOrders{100};

/// A meter that was opened in mode E and hears of no link for so long waits for a sign-on again.
constexpr std::chrono::seconds kLinkWithin{10};

}  // namespace

class DlmsLine::Thread {
 public:
  Thread(PseudoTerminal terminal, StopEvent stop, WireSettings settings,
         const hdlc::LinkParameters& offer, const DlmsTargets& targets,
         std::optional<DlmsSignOn> sign_on)
      : terminal_{std::move(terminal)},
        stop_{std::move(stop)},
        settings_{std::move(settings)},
        sign_on_{std::move(sign_on)},
        wire_{terminal_, settings_} {
    for (const auto& [address, meter] : targets) stations_.try_emplace(address, *meter, offer);
    thread_ = std::thread{[this] { run(); }};
  }
  ~Thread() {
    stop_.raise();
    thread_.join();
  }

  [[nodiscard]] const std::filesystem::path& device() const { return terminal_.device(); }

 private:
  struct Opened {
    std::uint32_t baud = 0;
    Clock::time_point link_until{};
    bool was_linked = false;
  };

  void run() {
    go_before_others();
    for (;;) {
      std::array<pollfd, 2> sources{
          {{stop_.descriptor(), POLLIN, 0}, {terminal_.far_end(), POLLIN, 0}}};
      poll_until(sources, sleeps_until(Clock::now()));
      if (sources[0].revents != 0) return;
      if (sources[1].revents != 0) receive();
      const auto now = Clock::now();
      if (framer_.within_frame() && now >= last_octet_ + kSilence) {
        for (const hdlc::Frame& frame : framer_.line_fell_silent()) take(frame);
      }
      for (auto& [address, station] : stations_) {
        if (station.deadline() && *station.deadline() <= now) {
          send(station, station.time_passed(now));
        }
      }
      push_ordered(now);
      wire_.hand_over(now);
      if (opened_) look_after_opened(now);
    }
  }

  /// Between two exchanges, as a meter that hears nobody speak.
  void push_ordered(Clock::time_point now) {
    const bool is_free =
        !framer_.within_frame() && wire_.is_quiet() && now >= last_octet_ + kSilence;
    if (!is_free || sign_on_) return;
    for (auto& [address, station] : stations_) {
      const auto frames = station.pushed(address);
      if (frames.empty()) continue;
      send(station, frames);
      return;
    }
  }

  [[nodiscard]] Clock::time_point sleeps_until(Clock::time_point now) const {
    Clock::time_point until = now + kLookForOrders;
    const auto consider = [&](Clock::time_point at) { until = std::min(until, at); };
    if (opened_ && !opened_->was_linked) consider(opened_->link_until);
    if (framer_.within_frame()) consider(last_octet_ + kSilence);
    for (const auto& [address, station] : stations_) {
      if (station.deadline()) consider(*station.deadline());
    }
    const bool is_exact = settings_.exact && settings_.paced;
    if (const auto due = wire_.next()) {
      consider(is_exact ? *due - kAwakeBefore : *due);
    } else if (is_exact && now < wire_free_ + kAwakeAfter) {
      consider(now);
    }
    return until;
  }

  void receive() {
    std::array<std::uint8_t, 4'096> buffer;
    const ssize_t got = ::read(terminal_.far_end(), buffer.data(), buffer.size());
    if (got <= 0) return;
    const auto octets = OctetView{buffer}.first(static_cast<std::size_t>(got));
    if (sign_on_ && !opened_) return hear_sign_on(octets);
    if (opened_ && terminal_.speed() != opened_->baud) return;
    // The client's driver has given the octets away at once; the wire would still be at it.
    wire_free_ = std::max(wire_free_, Clock::now()) + on_the_wire(octets.size());
    last_octet_ = Clock::now();
    for (const hdlc::Frame& frame : framer_.take(octets)) take(frame);
  }

  // ---- mode E

  void hear_sign_on(OctetView octets) {
    const SignOnSettings& settings = sign_on_->settings;
    const auto heard = server_.received(octets);
    if (!heard) return;
    const auto end = Clock::now() + iec62056_21::on_the_wire(octets.size(), settings.opening_baud);
    if (const auto* called = std::get_if<SignOnServer::Called>(&*heard)) {
      if (terminal_.speed() != settings.opening_baud) return;
      chosen_ = station_of(called->device_address);
      if (chosen_ == stations_.end() || !chosen_->second.faults().request_arrives()) {
        chosen_ = stations_.end();
        return;
      }
      const auto message = sign_on_identification(settings, iec62056_21::Mode::E).encode();
      return say(message, settings_.paced ? end : Clock::now());
    }
    const auto& option = std::get<iec62056_21::OptionSelectMessage>(*heard);
    const auto speed = agreed_speed(settings, option);
    const bool binary = option.procedure == '2' && option.option == iec62056_21::kBinaryMode;
    if (chosen_ == stations_.end() || !speed || !binary) return;
    say(option.encode(), end + kReaction);
    opened_ = Opened{*speed, Clock::now() + kLinkWithin};
    // The client does not wait for the repeated option for ever: its first frame may be there.
    for (const hdlc::Frame& frame : framer_.take(server_.take_rest())) take(frame);
  }

  std::map<std::uint16_t, DlmsStation>::iterator station_of(const std::string& device_address) {
    // Two that answer at once are understood by nobody.
    if (device_address.empty() && stations_.size() == 1) return stations_.begin();
    const auto known = sign_on_->addresses.find(device_address);
    return known == sign_on_->addresses.end() ? stations_.end() : stations_.find(known->second);
  }

  void say(OctetView message, Clock::time_point due) {
    const std::uint32_t baud = sign_on_->settings.opening_baud;
    if (settings_.paced) due += iec62056_21::on_the_wire(message.size(), baud);
    wire_.leave(iec62056_21::with_parity(message), due, baud);
  }

  void look_after_opened(Clock::time_point now) {
    const bool linked = chosen_->second.is_linked();
    opened_->was_linked = opened_->was_linked || linked;
    const bool over = opened_->was_linked ? !linked : now >= opened_->link_until;
    if (!over || !wire_.is_quiet()) return;
    opened_.reset();
    server_.forget();
  }

  // ---- HDLC

  void take(const hdlc::Frame& frame) {
    const auto station = stations_.find(frame.destination.lower);
    if (station == stations_.end() || (opened_ && station != chosen_)) return;
    if (!station->second.faults().request_arrives()) return;
    send(station->second, station->second.received(frame, Clock::now()));
  }

  /// Start, eight data and one stop bit each.
  [[nodiscard]] std::chrono::nanoseconds on_the_wire(std::size_t octets) const {
    constexpr std::int64_t kBits = 10;
    if (!settings_.paced) return std::chrono::nanoseconds{0};
    const auto bits = static_cast<std::int64_t>(octets) * kBits;
    const double seconds = static_cast<double>(bits) / settings_.baud / settings_.time_scale;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
  }

  void send(DlmsStation& station, const std::vector<hdlc::Frame>& frames) {
    if (frames.empty()) return;
    std::chrono::nanoseconds late{0};
    Octets octets;
    for (const hdlc::Frame& frame : frames) {
      auto delivery = station.faults().deliver(hdlc::encode_with_flags(frame));
      if (!delivery) continue;
      late += delivery->late;
      octets.insert(octets.end(), delivery->octets.begin(), delivery->octets.end());
    }
    if (settings_.paced) late += turn_round();
    wire_free_ = std::max(wire_free_, Clock::now()) + late;
    const std::size_t block = settings_.paced ? std::max<std::size_t>(settings_.block_octets, 1)
                                              : std::max<std::size_t>(octets.size(), 1);
    for (std::size_t at = 0; at < octets.size(); at += block) {
      const std::size_t count = std::min(block, octets.size() - at);
      wire_free_ += on_the_wire(count);
      const OctetView part = OctetView{octets}.subspan(at, count);
      wire_.leave(Octets(part.begin(), part.end()), wire_free_,
                  opened_ ? std::optional{opened_->baud} : std::nullopt);
    }
  }

  [[nodiscard]] std::chrono::nanoseconds turn_round() const {
    const double nanoseconds =
        static_cast<double>(std::chrono::nanoseconds{settings_.turn_round}.count());
    return std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds / settings_.time_scale)};
  }

  PseudoTerminal terminal_;
  const StopEvent stop_;
  const WireSettings settings_;
  const std::optional<DlmsSignOn> sign_on_;
  SignOnServer server_;
  std::map<std::uint16_t, DlmsStation> stations_;
  std::map<std::uint16_t, DlmsStation>::iterator chosen_ = stations_.end();  ///< called last
  std::optional<Opened> opened_;  ///< the chosen one speaks HDLC
  hdlc::Framer framer_;
  SpeedWire wire_;
  Clock::time_point wire_free_{};
  Clock::time_point last_octet_{};
  std::thread thread_;
};

Result<std::unique_ptr<DlmsLine>, std::string> DlmsLine::open(const WireSettings& settings,
                                                              const hdlc::LinkParameters& offer,
                                                              DlmsTargets targets,
                                                              std::optional<DlmsSignOn> sign_on) {
  auto terminal = PseudoTerminal::open();
  if (!terminal) return failure(terminal.error());
  auto stop = StopEvent::open();
  if (!stop) return failure(stop.error());
  return std::unique_ptr<DlmsLine>{new DlmsLine{std::make_unique<Thread>(
      std::move(*terminal), std::move(*stop), settings, offer, targets, std::move(sign_on))}};
}

DlmsLine::DlmsLine(std::unique_ptr<Thread> thread) : thread_{std::move(thread)} {}
DlmsLine::~DlmsLine() = default;
const std::filesystem::path& DlmsLine::device() const { return thread_->device(); }

}  // namespace metergate::sim
