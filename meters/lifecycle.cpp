// SPDX-License-Identifier: Apache-2.0
#include "meters/lifecycle.hpp"

namespace metergate {

std::string_view state_word(CommandState state) {
  switch (state) {
    case CommandState::Accepted:
      return "accepted";
    case CommandState::Scheduled:
      return "scheduled";
    case CommandState::Sending:
      return "sending";
    case CommandState::Unconfirmed:
    case CommandState::Unsettled:
      return "unconfirmed";
    case CommandState::Succeeded:
      return "succeeded";
    case CommandState::Rejected:
      return "rejected";
    case CommandState::Failed:
      return "failed";
    case CommandState::Expired:
      return "expired";
    case CommandState::Cancelled:
      return "cancelled";
    case CommandState::Superseded:
      return "superseded";
  }
  return "";
}

std::string_view event_word(CommandEvent event) {
  switch (event) {
    case CommandEvent::TurnCame:
      return "turn-came";
    case CommandEvent::TurnLost:
      return "turn-lost";
    case CommandEvent::SendRecorded:
      return "send-recorded";
    case CommandEvent::NothingSent:
      return "nothing-sent";
    case CommandEvent::AskAgain:
      return "ask-again";
    case CommandEvent::MeterAccepted:
      return "meter-accepted";
    case CommandEvent::MeterRefused:
      return "meter-refused";
    case CommandEvent::AnswerLost:
      return "answer-lost";
    case CommandEvent::ReadBackTaken:
      return "read-back-taken";
    case CommandEvent::ReadBackRefused:
      return "read-back-refused";
    case CommandEvent::ReadBackNotTaken:
      return "read-back-not-taken";
    case CommandEvent::SettleDeadline:
      return "settle-deadline";
    case CommandEvent::Deadline:
      return "deadline";
    case CommandEvent::CancelRequested:
      return "cancel-requested";
    case CommandEvent::NewerArrived:
      return "newer-arrived";
    case CommandEvent::Impossible:
      return "impossible";
    case CommandEvent::DoneHere:
      return "done-here";
  }
  return "";
}

}  // namespace metergate
