// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate {

/// Where a command stands. Accepted and everything after it is on disk before anyone hears of it.
enum class CommandState : std::uint8_t {
  Accepted,     ///< durable, waiting for not_before, for its turn or for the meter
  Scheduled,    ///< it is this meter's turn: preparations (identity check) may run
  Sending,      ///< written down as sent; its first octet may have left
  Unconfirmed,  ///< an order left and its answer is not known; being settled by reading the meter
  Succeeded,
  Rejected,  ///< the meter said no
  Failed,
  Expired,
  Cancelled,
  Superseded,
  Unsettled,  ///< unconfirmed for good: the meter could not be read in time
};
inline constexpr std::size_t kCommandStates = 11;

enum class CommandEvent : std::uint8_t {
  TurnCame,
  TurnLost,  ///< before anything was sent: the meter fell silent; back to waiting
  SendRecorded,
  NothingSent,  ///< the link refused before an octet left
  AskAgain,     ///< a repeatable command got no answer
  MeterAccepted,
  MeterRefused,
  AnswerLost,  ///< no answer, a restart, a link cut: may or may not have arrived
  ReadBackTaken,
  ReadBackRefused,
  ReadBackNotTaken,  ///< proved: the order never arrived
  SettleDeadline,
  Deadline,  ///< expires_at
  CancelRequested,
  NewerArrived,
  Impossible,  ///< cannot be done, and nothing was sent
  DoneHere,    ///< worked off inside the gateway: nothing had to be sent
};

struct Transition {
  CommandState from;
  CommandEvent event;
  CommandState to;
};

/// The whole life of a command. Unlisted is not allowed. docs/mqtt-api.md prints this table.
inline constexpr std::array kLifecycle{
    Transition{CommandState::Accepted, CommandEvent::TurnCame, CommandState::Scheduled},
    Transition{CommandState::Accepted, CommandEvent::Deadline, CommandState::Expired},
    Transition{CommandState::Accepted, CommandEvent::CancelRequested, CommandState::Cancelled},
    Transition{CommandState::Accepted, CommandEvent::NewerArrived, CommandState::Superseded},
    Transition{CommandState::Accepted, CommandEvent::Impossible, CommandState::Failed},
    Transition{CommandState::Accepted, CommandEvent::DoneHere, CommandState::Succeeded},

    Transition{CommandState::Scheduled, CommandEvent::TurnLost, CommandState::Accepted},
    Transition{CommandState::Scheduled, CommandEvent::SendRecorded, CommandState::Sending},
    Transition{CommandState::Scheduled, CommandEvent::Deadline, CommandState::Expired},
    Transition{CommandState::Scheduled, CommandEvent::CancelRequested, CommandState::Cancelled},
    Transition{CommandState::Scheduled, CommandEvent::NewerArrived, CommandState::Superseded},
    Transition{CommandState::Scheduled, CommandEvent::Impossible, CommandState::Failed},
    Transition{CommandState::Scheduled, CommandEvent::DoneHere, CommandState::Succeeded},

    Transition{CommandState::Sending, CommandEvent::NothingSent, CommandState::Accepted},
    Transition{CommandState::Sending, CommandEvent::AskAgain, CommandState::Accepted},
    Transition{CommandState::Sending, CommandEvent::MeterAccepted, CommandState::Succeeded},
    Transition{CommandState::Sending, CommandEvent::MeterRefused, CommandState::Rejected},
    Transition{CommandState::Sending, CommandEvent::AnswerLost, CommandState::Unconfirmed},
    Transition{CommandState::Sending, CommandEvent::Impossible, CommandState::Failed},

    Transition{CommandState::Unconfirmed, CommandEvent::ReadBackTaken, CommandState::Succeeded},
    Transition{CommandState::Unconfirmed, CommandEvent::ReadBackRefused, CommandState::Rejected},
    Transition{CommandState::Unconfirmed, CommandEvent::ReadBackNotTaken, CommandState::Accepted},
    Transition{CommandState::Unconfirmed, CommandEvent::SettleDeadline, CommandState::Unsettled},
};

[[nodiscard]] constexpr bool is_terminal(CommandState state) {
  return state >= CommandState::Succeeded;
}

/// The state after `event`, or nothing where the table has no such row.
[[nodiscard]] constexpr std::optional<CommandState> next_state(CommandState from,
                                                               CommandEvent event) {
  for (const Transition& t : kLifecycle) {
    if (t.from == from && t.event == event) return t.to;
  }
  return std::nullopt;
}

/// The public word of a state: `accepted`, ... A settled-by-nobody command stays `unconfirmed`.
[[nodiscard]] std::string_view state_word(CommandState state);
[[nodiscard]] std::string_view event_word(CommandEvent event);

/// What the table promises, proved by the compiler below.
[[nodiscard]] consteval bool lifecycle_is_sound() {
  const auto states = [](std::size_t i) { return static_cast<CommandState>(i); };
  for (std::size_t i = 0; i < kLifecycle.size(); ++i) {
    const Transition& t = kLifecycle[i];
    // An end is an end.
    if (is_terminal(t.from)) return false;
    // One event has one effect.
    for (std::size_t j = i + 1; j < kLifecycle.size(); ++j) {
      if (kLifecycle[j].from == t.from && kLifecycle[j].event == t.event) return false;
    }
    // Sending begins with a record, and in no other way.
    if (t.to == CommandState::Sending && t.event != CommandEvent::SendRecorded) return false;
    // The only ways back from something that may have left: proof that nothing arrived, or a
    // command that may be asked twice. A plain lost answer is never among them.
    const bool was_sent = t.from == CommandState::Sending || t.from == CommandState::Unconfirmed;
    const bool proved = t.event == CommandEvent::NothingSent || t.event == CommandEvent::AskAgain ||
                        t.event == CommandEvent::ReadBackNotTaken;
    if (was_sent && !is_terminal(t.to) && t.to != CommandState::Unconfirmed && !proved)
      return false;
    // Nothing that may have left is called expired or cancelled.
    if (was_sent && (t.to == CommandState::Expired || t.to == CommandState::Cancelled ||
                     t.to == CommandState::Superseded)) {
      return false;
    }
  }
  for (std::size_t i = 0; i < kCommandStates; ++i) {
    // Every live state ends by time alone: deadline, settle deadline, or a lost answer.
    if (is_terminal(states(i))) continue;
    if (!next_state(states(i), CommandEvent::Deadline) &&
        !next_state(states(i), CommandEvent::SettleDeadline) &&
        !next_state(states(i), CommandEvent::AnswerLost)) {
      return false;
    }
  }
  return true;
}
static_assert(lifecycle_is_sound());

}  // namespace metergate
