// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/journal/event_definition.hpp"

/// Events of commands (04). The words are those of the lifecycle (meters/lifecycle.hpp).
namespace metergate::journal {

inline constexpr EventDefinition kCommandAccepted{
    "MG0401",
    Level::Info,
    "command-accepted",
    "command {command} ({verb}) for meter {meter} accepted from {operator}",
    "It is on disk and will end in a known outcome, across restarts.",
    "None."};
inline constexpr EventDefinition kCommandScheduled{
    "MG0402",
    Level::Debug,
    "command-scheduled",
    "command {command} ({verb}) for meter {meter}: its turn has come",
    "Preparations run: the meter's serial number is checked.",
    "None."};
inline constexpr EventDefinition kCommandSending{
    "MG0403",
    Level::Info,
    "command-sending",
    "command {command} ({verb}) for meter {meter} is being sent, attempt {attempt}",
    "Written down as sent before its first octet leaves.",
    "None."};
inline constexpr EventDefinition kCommandSucceeded{
    "MG0404",
    Level::Info,
    "command-succeeded",
    "command {command} ({verb}) for meter {meter} succeeded",
    "The meter took it.",
    "None."};
inline constexpr EventDefinition kCommandRejected{
    "MG0405",
    Level::Warning,
    "command-rejected",
    "command {command} ({verb}) for meter {meter}: the meter said no: {meter_reason}",
    "The meter was reached and refused; its own word is passed along.",
    "By the meter's reason; a refused token is never sent again by itself."};
inline constexpr EventDefinition kCommandFailed{
    "MG0406",
    Level::Warning,
    "command-failed",
    "command {command} ({verb}) for meter {meter} failed: {reason}",
    "It could not be done and the meter has provably not taken it.",
    "By the reason; it may be sent again under a new id."};
inline constexpr EventDefinition kCommandUnconfirmed{
    "MG0407",
    Level::Warning,
    "command-unconfirmed",
    "command {command} ({verb}) for meter {meter} is unconfirmed: {reason}",
    "It was sent and its answer is not known. It is being settled by reading the meter, never by "
    "sending it a second time.",
    "Do not send it again; wait for MG0408."};
inline constexpr EventDefinition kCommandSettled{
    "MG0408",
    Level::Info,
    "command-settled",
    "command {command} ({verb}) for meter {meter} settled as {state}: {detail}",
    "The meter was read and shows what became of the unconfirmed command.",
    "None."};
inline constexpr EventDefinition kCommandExpired{
    "MG0409",
    Level::Warning,
    "command-expired",
    "command {command} ({verb}) for meter {meter} expired before it was sent",
    "Its `expires_at` passed while the meter was not reachable or busy. Nothing was sent.",
    "Look at the meter's state; allow more time when it is often away."};
inline constexpr EventDefinition kCommandCancelled{
    "MG0410",
    Level::Info,
    "command-cancelled",
    "command {command} ({verb}) for meter {meter} was cancelled",
    "A `cancel` named it before it was sent.",
    "None."};
inline constexpr EventDefinition kCommandRefused{
    "MG0411",
    Level::Warning,
    "command-refused",
    "command {command} ({verb}) for meter {meter} refused: {reason}",
    "Turned away at the door: nothing was stored, nothing will be sent. The fields name what was "
    "wrong and what would be right.",
    "Correct the sender."};
inline constexpr EventDefinition kTokenDuplicate{
    "MG0412",
    Level::Warning,
    "token-duplicate",
    "command {command} for meter {meter} carries the token of command {first}; refused",
    "The same digits were given for this meter before, under another id.",
    "Look at the sender: a retry must repeat the id. A resend on purpose sets `allow_repeat`."};
inline constexpr EventDefinition kCommandSuperseded{
    "MG0413",
    Level::Info,
    "command-superseded",
    "command {command} ({verb}) for meter {meter} was superseded by {by}",
    "A newer command of the same kind arrived before it was sent.",
    "None."};
inline constexpr EventDefinition kCommandUnsettled{
    "MG0414",
    Level::Error,
    "command-unsettled",
    "command {command} ({verb}) for meter {meter} stays unconfirmed: {reason}",
    "The meter could not be read in time, or cannot tell. Whether it took the command is not known "
    "and will not be.",
    "Look at the meter (display, token history) before anything is issued anew.",
    kAlarm};
inline constexpr EventDefinition kCommandRepeated{
    "MG0415",
    Level::Info,
    "command-repeated",
    "command {command} for meter {meter} came again and was answered with what is known of it",
    "The same id with the same content; it has one effect.",
    "None."};
inline constexpr EventDefinition kCommandWaiting{
    "MG0416",
    Level::Info,
    "command-waiting",
    "command {command} ({verb}) for meter {meter} waits: {reason}",
    "Nothing was sent, or a repeatable question got no answer; it keeps its place and its "
    "deadline.",
    "None."};
inline constexpr EventDefinition kTokenIssued{
    "MG0417",
    Level::Info,
    "token-issued",
    "token {issue} ({function}) made for meter {meter} by {operator}",
    "A token or a key change set was made and written down with its transaction.",
    "None."};
inline constexpr EventDefinition kTokenRedeemed{
    "MG0418",
    Level::Info,
    "token-redeemed",
    "token {issue}, number {number}, was taken by meter {meter}",
    "The meter took a token that was made here.",
    "None."};
inline constexpr EventDefinition kKeyChanged{
    "MG0419",
    Level::Info,
    "key-changed",
    "meter {meter} has its new key: key change {issue} is complete",
    "All tokens of the set were taken; from now on tokens are made under the new key.",
    "None."};
inline constexpr EventDefinition kTokenRefusedAtMeter{
    "MG0420",
    Level::Warning,
    "token-refused-at-meter",
    "token {issue}, number {number}, was refused by meter {meter}: {reason}",
    "The meter said no to a token that was made here, through its session or at its keypad. "
    "`resend-tokens` leaves it out from now on.",
    "By the reason. `too-old`: newer tokens were keyed in first; make a new one if it is still "
    "needed. `not-authentic`: the meter's key is another one than `[meter.sts]` says, or the token "
    "was altered."};
inline constexpr EventDefinition kKeySetForgotten{
    "MG0421",
    Level::Warning,
    "key-set-forgotten",
    "meter {meter} has forgotten the first tokens of key change {issue}",
    "More than ten minutes passed before the rest followed. What it took does not count any more: "
    "the meter keeps its old key, and so does the gateway.",
    "`metergate send resend-tokens METER` sends the whole set again, or hands it out again."};
inline constexpr EventDefinition kRelayFuseBlown{
    "MG0422",
    Level::Error,
    "relay-off-fuse-blown",
    "command {command} of {operator} would open the supply of meter {meter}; {limit}",
    "Alarm: more orders that open supplies arrived within an hour than `[relay_off_fuse]` allows. "
    "This one and all that follow are refused, until the hour has passed or a person releases it. "
    "Told once for each time it blows.",
    "Find out who sends them, and why, before anything else: a stolen name or a broken program "
    "looks like this. If they are meant, `metergate release-fuse`.",
    kAlarm};
inline constexpr EventDefinition kRelayFuseReleased{
    "MG0423",
    Level::Warning,
    "relay-off-fuse-released",
    "{user} lets more supplies be opened from afar",
    "What was ordered up to now no longer counts; the next as many may go out within the hour.",
    "None."};
inline constexpr EventDefinition kRequesterLimited{
    "MG0424",
    Level::Warning,
    "requester-limited",
    "{requester} gives too many commands: {limit}; {command} was refused, {untold} more since the "
    "last time",
    "One requester gives more commands than `[requester_limit]` allows. What is too many is "
    "refused with `rate-limited`; others are served as ever. Told once a minute for each "
    "requester.",
    "Find out whether a program has gone wild or an account was stolen. If they are meant, raise "
    "the limit."};

}  // namespace metergate::journal
