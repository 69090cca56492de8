// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/opening.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/iec62056_21/characters.hpp"
#include "protocols/iec62056_21/parity.hpp"

namespace metergate::iec62056_21 {
namespace {

using namespace std::chrono_literals;

/// Behind the option's last octet: a meter answers after 200 ms, or after 20 ms where the third
/// letter of its maker is a small one (6.3.2, item 12).
constexpr std::chrono::milliseconds kBeforeSwitch{10};
/// A meter in mode E may repeat the option at the old speed or at none; a head's echo of ours is
/// over by then.
constexpr std::chrono::milliseconds kEcho{100};
constexpr std::chrono::milliseconds kConfirmation{1'000};
constexpr std::chrono::milliseconds kSettle{100};
/// Noise and a head's echo before the identification message.
constexpr std::size_t kMaxBeforeData = 256;

constexpr std::uint8_t kCharacter = 0x7F;

Octets characters_of(OctetView octets) {
  Octets out(octets.begin(), octets.end());
  for (std::uint8_t& one : out) one &= kCharacter;
  return out;
}

}  // namespace

enum class Opening::Action : std::uint8_t {
  Ignore,
  Ask,
  TakeIdentification,
  GiveUp,   ///< nobody, or nothing whole
  Switch,   ///< to the agreed speed
  Confirm,  ///< the option was repeated: no need to wait any longer
  TakeData,
  Open,
};

struct Opening::Table {
  static constexpr std::size_t kStart = 0;
  static constexpr std::size_t kOctets = 1;
  static constexpr std::size_t kTime = 2;
  static constexpr std::size_t kInputs = 3;

  using Row = std::array<Action, kInputs>;
  using enum Action;
  static constexpr std::array<Row, kOpeningStates> kRows{{
      // start, octets, time
      /* Idle */ {Ask, Ignore, Ignore},
      /* Asking */ {Ignore, TakeIdentification, GiveUp},
      /* Selecting */ {Ignore, Ignore, Switch},
      /* Confirming */ {Ignore, Confirm, Switch},
      /* Settling */ {Ignore, Ignore, Open},
      /* Reading */ {Ignore, TakeData, GiveUp},
  }};

  /// It ends by itself wherever it is, and begins from nowhere but the beginning.
  static constexpr bool sound() {
    for (std::size_t state = 0; state < kOpeningStates; ++state) {
      const bool idle = state == static_cast<std::size_t>(OpeningState::Idle);
      if ((kRows[state][kStart] == Ask) != idle) return false;
      if ((kRows[state][kTime] == Ignore) != idle) return false;
    }
    return true;
  }
};

std::string_view state_word(OpeningState state) {
  constexpr std::array<std::string_view, kOpeningStates> kWords{
      "idle", "asking", "selecting", "confirming", "settling", "reading"};
  return kWords[static_cast<std::size_t>(state)];
}

std::chrono::nanoseconds on_the_wire(std::size_t characters, std::uint32_t baud) {
  constexpr std::uint64_t kBits = 10;
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return std::chrono::nanoseconds{characters * kBits * kSecond / std::max(baud, 1U)};
}

Opening::Opening(OpeningSettings settings) : settings_{std::move(settings)} {
  static_assert(Table::sound());
}

opening::Effects Opening::start(Instant now) { return input(Table::kStart, now); }

opening::Effects Opening::received(OctetView octets, Instant now) {
  new_octets_ = octets;
  return input(Table::kOctets, now);
}

opening::Effects Opening::time_passed(Instant now) {
  if (!deadline_ || now < *deadline_) return {};
  return input(Table::kTime, now);
}

opening::Effects Opening::input(std::size_t input, Instant now) {
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], now);
  return std::exchange(effects_, {});
}

void Opening::perform(Action action, Instant now) {
  switch (action) {
    case Action::Ignore:
      return;
    case Action::Ask: {
      const Octets request = RequestMessage{settings_.device_address}.encode();
      kept_.clear();
      state_ = OpeningState::Asking;
      effects_.emplace_back(opening::Write{with_parity(request)});
      deadline_ =
          now + on_the_wire(request.size(), settings_.opening_baud) + settings_.answer_timeout;
      return;
    }
    case Action::TakeIdentification:
      kept_.insert(kept_.end(), new_octets_.begin(), new_octets_.end());
      deadline_ = std::max(*deadline_, now + settings_.octet_gap);
      return look_for_identification(now);
    case Action::GiveUp:
      return give_up();
    case Action::Switch:
      effects_.emplace_back(opening::SwitchSpeed{agreed_baud_});
      kept_.clear();
      if (settings_.purpose == Purpose::Hdlc) {
        state_ = OpeningState::Settling;
        deadline_ = now + kSettle;
        return;
      }
      state_ = OpeningState::Reading;
      deadline_ = now + settings_.answer_timeout;
      return;
    case Action::Confirm: {
      // What came before that is our own option, from a head that hears itself.
      if (now < last_octet_out_ + kEcho) return;
      const Octets characters = characters_of(new_octets_);
      if (std::ranges::find(characters, kLf) != characters.end()) perform(Action::Switch, now);
      return;
    }
    case Action::TakeData:
      kept_.insert(kept_.end(), new_octets_.begin(), new_octets_.end());
      deadline_ = now + settings_.octet_gap;
      return look_for_data();
    case Action::Open:
      return finish(opening::Opened{identification_});
  }
}

void Opening::look_for_identification(Instant now) {
  const Octets characters = characters_of(kept_);
  auto from = characters.begin();
  for (;;) {
    from = std::find(from, characters.end(), '/');
    const auto end = std::find(from, characters.end(), kLf);
    if (end == characters.end()) break;
    if (from + 1 != end && *(from + 1) == '?') {  // what a head heard of our request
      from = end;
      continue;
    }
    const auto at = static_cast<std::size_t>(from - characters.begin());
    const auto size = static_cast<std::size_t>(end - from) + 1;
    const auto line = without_parity(OctetView{kept_}.subspan(at, size));
    if (!line) {
      return fail(opening::Failed::Reason::Broken,
                  "identification message: " + line.error().text());
    }
    auto message = IdentificationMessage::decode(*line);
    if (!message) return fail(opening::Failed::Reason::Broken, message.error().text());
    return select(std::move(*message), *line, now);
  }
  if (kept_.size() > kMaxBeforeData) {
    fail(opening::Failed::Reason::Broken, "what comes is no identification message");
  }
}

void Opening::select(IdentificationMessage identification, Octets line, Instant now) {
  const Mode mode = identification.mode();
  const bool hdlc = settings_.purpose == Purpose::Hdlc;
  if (hdlc && mode != Mode::E) {
    return fail(opening::Failed::Reason::Refused,
                "the meter offers no HDLC: no \\2 in its identification message");
  }
  const auto most = baud_of(identification.speed);
  if (!most) {
    return fail(opening::Failed::Reason::Refused,
                std::string{"the meter speaks mode "} + std::string{mode_word(mode)} +
                    ": the speed character of modes C and E is a digit from 0 to 6");
  }
  OptionSelectMessage option;
  const bool faster = *most <= settings_.greatest_baud;
  if (faster) option.speed = identification.speed;
  // 0 stands for the opening speed, whatever that is.
  agreed_baud_ = option.speed == '0' ? settings_.opening_baud : *most;
  if (hdlc) option.procedure = option.option = kBinaryMode;
  identification_ = std::move(identification);
  line_ = std::move(line);
  const Octets message = option.encode();
  effects_.emplace_back(opening::Write{with_parity(message)});
  last_octet_out_ = now + std::chrono::ceil<std::chrono::milliseconds>(
                              on_the_wire(message.size(), settings_.opening_baud));
  kept_.clear();
  state_ = hdlc ? OpeningState::Confirming : OpeningState::Selecting;
  deadline_ = last_octet_out_ + (hdlc ? kConfirmation : kBeforeSwitch);
}

void Opening::look_for_data() {
  // Whole with an ETX among what is new, or right before it: nothing else is worth a search.
  const OctetView tail = OctetView{kept_}.last(std::min(kept_.size(), new_octets_.size() + 1));
  const bool may_be_whole =
      std::ranges::any_of(tail, [](std::uint8_t octet) { return (octet & kCharacter) == kEtx; });
  if (!may_be_whole && kept_.size() <= kMaxMessageOctets + kMaxBeforeData) return;
  const auto framed = find_data_message(characters_of(kept_));
  if (!framed) {
    if (kept_.size() > kMaxMessageOctets + kMaxBeforeData) {
      fail(opening::Failed::Reason::Broken, "the data message is longer than 32768 octets");
    }
    return;
  }
  const auto message =
      without_parity(OctetView{kept_}.subspan(framed->from, framed->to - framed->from));
  if (!message) {
    return fail(opening::Failed::Reason::Broken, "data message: " + message.error().text());
  }
  const OctetView block = OctetView{*message}.subspan(1, message->size() - 2);
  if (block_check(block) != message->back()) {
    return fail(opening::Failed::Reason::Broken,
                "data message: its check is not the XOR of its octets");
  }
  Octets out = std::move(line_);
  out.insert(out.end(), message->begin(), message->end());
  finish(opening::ReadOut{std::move(out)});
}

void Opening::finish(opening::Effect effect) {
  state_ = OpeningState::Idle;
  deadline_.reset();
  kept_.clear();
  line_.clear();
  effects_.push_back(std::move(effect));
}

void Opening::fail(opening::Failed::Reason reason, std::string what) {
  finish(opening::Failed{reason, std::move(what)});
}

void Opening::give_up() {
  const bool reading = state_ == OpeningState::Reading;
  const std::string of = reading ? "data message" : "identification message";
  const bool echo = characters_of(kept_) == RequestMessage{settings_.device_address}.encode();
  if (kept_.empty() || (echo && !reading)) {
    return fail(opening::Failed::Reason::NoAnswer, reading
                                                       ? "no data message after the change of speed"
                                                       : "no answer to the request message");
  }
  fail(opening::Failed::Reason::Broken,
       "the " + of + " broke off after " + std::to_string(kept_.size()) + " octets");
}

}  // namespace metergate::iec62056_21
