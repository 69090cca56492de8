// SPDX-License-Identifier: Apache-2.0
#include "meters/lifecycle.hpp"

#include <gtest/gtest.h>

#include <set>

namespace metergate {
namespace {

CommandState state(std::size_t i) { return static_cast<CommandState>(i); }
CommandEvent event(std::size_t i) { return static_cast<CommandEvent>(i); }
constexpr std::size_t kEvents = static_cast<std::size_t>(CommandEvent::Impossible) + 1;

TEST(Lifecycle, NothingLeavesAnEnd) {
  for (std::size_t s = 0; s < kCommandStates; ++s) {
    if (!is_terminal(state(s))) continue;
    for (std::size_t e = 0; e < kEvents; ++e) {
      EXPECT_EQ(next_state(state(s), event(e)), std::nullopt);
    }
  }
}

TEST(Lifecycle, ALostAnswerIsNeverAskedAgainBlindly) {
  EXPECT_EQ(next_state(CommandState::Sending, CommandEvent::AnswerLost), CommandState::Unconfirmed);
  EXPECT_EQ(next_state(CommandState::Unconfirmed, CommandEvent::AskAgain), std::nullopt);
  EXPECT_EQ(next_state(CommandState::Unconfirmed, CommandEvent::SendRecorded), std::nullopt);
  EXPECT_EQ(next_state(CommandState::Unconfirmed, CommandEvent::Deadline), std::nullopt);
}

TEST(Lifecycle, WhatMayHaveLeftCannotBeCancelled) {
  EXPECT_EQ(next_state(CommandState::Sending, CommandEvent::CancelRequested), std::nullopt);
  EXPECT_EQ(next_state(CommandState::Unconfirmed, CommandEvent::CancelRequested), std::nullopt);
  EXPECT_EQ(next_state(CommandState::Accepted, CommandEvent::CancelRequested),
            CommandState::Cancelled);
}

TEST(Lifecycle, AnUnsettledCommandStaysUnconfirmedForThePublic) {
  EXPECT_EQ(state_word(CommandState::Unsettled), state_word(CommandState::Unconfirmed));
  std::set<std::string_view> words;
  for (std::size_t s = 0; s < kCommandStates; ++s) words.insert(state_word(state(s)));
  EXPECT_EQ(words.size(), kCommandStates - 1);
  EXPECT_FALSE(words.contains(""));
}

TEST(Lifecycle, EveryEventHasItsOwnWord) {
  std::set<std::string_view> words;
  for (std::size_t e = 0; e < kEvents; ++e) words.insert(event_word(event(e)));
  EXPECT_EQ(words.size(), kEvents);
  EXPECT_FALSE(words.contains(""));
}

}  // namespace
}  // namespace metergate
