// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate {

/// Every reason an outcome can carry: few, closed, documented in docs/mqtt-api.md (a test compares).
enum class Reason : std::uint8_t {
  None,
  // refused at the door: nothing was stored, nothing will be sent
  MalformedJson,
  TooLarge,
  TooDeep,
  MissingField,
  UnknownField,
  WrongType,
  OutOfRange,
  InvalidIdentifier,
  UnknownVerb,
  UnknownMeter,
  UnsupportedByMeter,
  Retained,
  AlreadyExpired,
  IssuedInFuture,
  ConflictingId,
  DuplicateToken,
  TokenFormat,
  TokenCheckDigit,
  TokenKindUnsupported,
  AccountabilityMissing,
  QueueFull,
  StorageUnavailable,
  Stopping,
  // ends of an accepted command
  MeterRefused,
  RelayLimitReached,
  WrongMeter,
  NoAnswer,
  LinkDown,
  BadAnswer,
  NotTaken,
  SettlingTimedOut,
  ExpiredBeforeSending,
  CancelledByRequest,
  UnknownCommand,
  TooLateToCancel,
  MeterRemoved,
  // why a live command is where it is
  WaitingForMeter,
  WaitingForTime,
  GatewayRestarted,
  ReadBack,
};

struct ReasonText {
  Reason reason;
  std::string_view word;
  std::string_view meaning;
};

[[nodiscard]] std::string_view reason_word(Reason reason);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view word);

inline constexpr std::array kReasons{
    ReasonText{Reason::None, "", ""},
    ReasonText{Reason::MalformedJson, "malformed-json", "the payload is not one JSON object in UTF-8"},
    ReasonText{Reason::TooLarge, "too-large", "the payload is longer than the configured limit"},
    ReasonText{Reason::TooDeep, "too-deep", "the payload is nested deeper than allowed"},
    ReasonText{Reason::MissingField, "missing-field", "a required field is absent"},
    ReasonText{Reason::UnknownField, "unknown-field", "a field the verb does not know"},
    ReasonText{Reason::WrongType, "wrong-type", "a field has another JSON type than documented"},
    ReasonText{Reason::OutOfRange, "out-of-range", "a value lies outside what is allowed"},
    ReasonText{Reason::InvalidIdentifier, "invalid-identifier",
               "an id holds other characters than A-Z a-z 0-9 _ . - or is not 1 to 64 long"},
    ReasonText{Reason::UnknownVerb, "unknown-verb", "no such verb"},
    ReasonText{Reason::UnknownMeter, "unknown-meter", "this gateway has no meter of that name"},
    ReasonText{Reason::UnsupportedByMeter, "unsupported-by-meter",
               "the meter's model cannot do this"},
    ReasonText{Reason::Retained, "retained",
               "the message was retained by the broker; commands are never taken from those"},
    ReasonText{Reason::AlreadyExpired, "already-expired", "expires_at has passed"},
    ReasonText{Reason::IssuedInFuture, "issued-in-future",
               "issued_at lies further ahead of the gateway's clock than allowed"},
    ReasonText{Reason::ConflictingId, "conflicting-id",
               "this id was used before with another content"},
    ReasonText{Reason::DuplicateToken, "duplicate-token",
               "these digits were given for this meter before, under another command id"},
    ReasonText{Reason::TokenFormat, "token-format", "not twenty digits of an STS token or a UTRN"},
    ReasonText{Reason::TokenCheckDigit, "token-check-digit", "the token's check digit or CRC fails"},
    ReasonText{Reason::TokenKindUnsupported, "token-kind-unsupported",
               "the meter's model takes no tokens of this family"},
    ReasonText{Reason::AccountabilityMissing, "accountability-missing",
               "the verb needs an operator and a work order or a comment"},
    ReasonText{Reason::QueueFull, "queue-full", "too many commands wait for this meter or this box"},
    ReasonText{Reason::StorageUnavailable, "storage-unavailable",
               "the command could not be written down, so it was not taken"},
    ReasonText{Reason::Stopping, "stopping", "the gateway is shutting down"},
    ReasonText{Reason::MeterRefused, "meter-refused", "the meter said no; meter_reason says why"},
    ReasonText{Reason::RelayLimitReached, "relay-limit-reached",
               "the meter's relay operations for the last 24 hours are used up"},
    ReasonText{Reason::WrongMeter, "wrong-meter",
               "another serial number answered at this meter's address; nothing was written"},
    ReasonText{Reason::NoAnswer, "no-answer", "the meter did not answer"},
    ReasonText{Reason::LinkDown, "link-down", "the line or connection is not there"},
    ReasonText{Reason::BadAnswer, "bad-answer", "the meter answered with something meaningless"},
    ReasonText{Reason::NotTaken, "not-taken",
               "the meter was read and has provably not taken the order"},
    ReasonText{Reason::SettlingTimedOut, "settling-timed-out",
               "whether the meter took the order could not be found out in time"},
    ReasonText{Reason::ExpiredBeforeSending, "expired-before-sending",
               "expires_at passed before anything was sent"},
    ReasonText{Reason::CancelledByRequest, "cancelled-by-request", "a cancel command named it"},
    ReasonText{Reason::UnknownCommand, "unknown-command", "no such command for this meter"},
    ReasonText{Reason::TooLateToCancel, "too-late-to-cancel",
               "the command has been sent or has ended"},
    ReasonText{Reason::MeterRemoved, "meter-removed", "the meter was taken out of the configuration"},
    ReasonText{Reason::WaitingForMeter, "waiting-for-meter", "the meter is not reachable now"},
    ReasonText{Reason::WaitingForTime, "waiting-for-time", "not_before has not come"},
    ReasonText{Reason::GatewayRestarted, "gateway-restarted",
               "the gateway was restarted while the order was on its way"},
    ReasonText{Reason::ReadBack, "read-back", "found out by reading the meter"},
};

}  // namespace metergate
