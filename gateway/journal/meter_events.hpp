// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/journal/event_definition.hpp"

/// Events of meters and their lines: sessions (02), lines (03), collection (05), meter logs (08).
namespace metergate::journal {

// ---- 02 meters and sessions ---------------------------------------------------------------------
inline constexpr EventDefinition kMeterOnline{"MG0201",
                                              Level::Info,
                                              "meter-online",
                                              "meter {meter} is online",
                                              "It answered with the serial number expected.",
                                              "None."};
inline constexpr EventDefinition kMeterSuspect{
    "MG0202",
    Level::Info,
    "meter-suspect",
    "meter {meter} did not answer: {what}",
    "One or a few requests failed; it is tried again at its normal turn.",
    "None, unless it recurs: a bad joint or a wrong time-out often shows this way first."};
inline constexpr EventDefinition kMeterSilent{
    "MG0203",
    Level::Warning,
    "meter-silent",
    "meter {meter} is silent: {what}",
    "It failed often enough to be set aside; it is probed at growing pauses so that it costs its "
    "line nothing. Its commands wait.",
    "Check supply and wiring. `metergate show` tells the next probe, `metergate probe` "
    "makes it now."};
inline constexpr EventDefinition kMeterRecovered{"MG0204",
                                                 Level::Info,
                                                 "meter-recovered",
                                                 "meter {meter} answers again after {silent_s} s",
                                                 "What it missed is being fetched.",
                                                 "None."};
inline constexpr EventDefinition kWrongSerial{
    "MG0205",
    Level::Error,
    "wrong-serial",
    "at the address of meter {meter} serial number {found} answered, {expected} is expected",
    "The meter was swapped, or two have the same address. Nothing is stored for it and nothing is "
    "sent to it.",
    "Correct the address on site, or the serial number in the configuration.",
    kAlarm};
inline constexpr EventDefinition kMeterOffline{
    "MG0206",
    Level::Info,
    "meter-offline",
    "meter {meter} left the broker: {what}",
    "The broker published the meter's last will, or the meter said goodbye.",
    "None, unless it stays away: check its modem."};
inline constexpr EventDefinition kUnknownMeterSeen{
    "MG0207",
    Level::Warning,
    "unknown-meter-seen",
    "a meter that is not configured speaks on the broker: {name}",
    "Its messages are ignored.",
    "Add it to the configuration, or find out who uses the name."};
inline constexpr EventDefinition kMeterIdentified{
    "MG0208",
    Level::Info,
    "meter-identified",
    "meter {meter} is serial number {serial}",
    "No serial number was configured; the first one read is kept and compared from now on.",
    "Compare it with the installation record."};
inline constexpr EventDefinition kSupplyChanged{
    "MG0209",
    Level::Info,
    "supply-changed",
    "meter {meter}: supply went from {from} to {to}, cause: {cause}",
    "The relay was read and stands differently than before, for a reason the meter names.",
    "None."};
inline constexpr EventDefinition kSupplyChangedUnexplained{
    "MG0210",
    Level::Error,
    "supply-changed-unexplained",
    "meter {meter}: supply went from {from} to {to} without a known cause",
    "Alarm: nobody ordered it and the meter names no cause for it.",
    "Treat it as possible tampering or a failing relay: look at the meter's supply and tamper "
    "logs, then at the meter.",
    kAlarm};
inline constexpr EventDefinition kClockDrift{
    "MG0211",
    Level::Warning,
    "clock-drift",
    "meter {meter}: its clock is {offset_s} s off, the limit is {limit_s} s",
    "Interval times of this meter are off by as much.",
    "Send `set-clock`, or allow the schedule to do it (`clock_set`).",
    kAlarm};
inline constexpr EventDefinition kClockSet{
    "MG0212",
    Level::Info,
    "clock-set",
    "meter {meter}: its clock was {offset_s} s off and has been set",
    "The interval it happened in is marked.",
    "None."};
inline constexpr EventDefinition kProbeRequested{
    "MG0213",
    Level::Info,
    "probe-requested",
    "{user} asks for an early probe of meter {meter}",
    "The pause of a silent meter was cut short over the control socket.",
    "None."};
inline constexpr EventDefinition kLoadLimitRepeats{
    "MG0214",
    Level::Warning,
    "load-limit-again-and-again",
    "meter {meter} has cut its supply for too high a load {times} times within an hour",
    "A limit is at work: off, on again by itself after a few minutes, and again, since no less is "
    "drawn. Told at most once an hour of a meter.",
    "Tell the customer, or look whether the limit is the one that is meant "
    "(`metergate send issue-token METER power-limit WATTS`).",
    kAlarm};
inline constexpr EventDefinition kTariffIndexUnusual{
    "MG0215",
    Level::Warning,
    "tariff-index-unusual",
    "meter {meter} has tariff index {index} in its key; 01 is usual",
    "The index is part of the meter's key, no tariff, and is kept as it is: tokens are made under "
    "it. Told when the gateway takes the meter up.",
    "None, if the meter was delivered so. `metergate send issue-token METER tariff-index 1` moves "
    "it to 01, under a key for both."};
inline constexpr EventDefinition kSupplyDrift{
    "MG0216",
    Level::Error,
    "supply-drift",
    "meter {meter}: supply is {reported}, {desired} was ordered",
    "The meter took the order and its relay does not show it, or left that state again without an "
    "order. `desired` and `reported` stay apart until they agree.",
    "Order it again, or look at the meter: a relay that fails to open supplies without being paid.",
    kAlarm};

inline constexpr EventDefinition kAssociationRefused{
    "MG0217",
    Level::Error,
    "association-refused",
    "no association with meter {meter}: {what}",
    "A DLMS meter answers and does not want us: another key or password, client or system title "
    "than it has. Or it does not prove to be the meter whose keys we have, and we do not want it. "
    "Told once until it answers or gives another reason. It is tried again at growing pauses; "
    "other meters are not held up.",
    "Compare client, authentication and key file of the meter with what it was delivered with. A "
    "meter may lock a client out after several wrong tries.",
    kAlarm};
inline constexpr EventDefinition kKeysUnreadable{
    "MG0218",
    Level::Error,
    "keys-unreadable",
    "meter {meter} is left out, its key file cannot be used: {what}",
    "The file is missing, readable by others, or lacks what the meter's security asks for.",
    "Put the file right; `metergate check-config` names what is wrong. Then restart.",
    kAlarm};

inline constexpr EventDefinition kMeterSays{"MG0219",
                                            Level::Info,
                                            "meter-says",
                                            "meter {meter} says unasked: {what}",
                                            "A DLMS meter pushed a data notification or an event. "
                                            "What it says of values is stored if it can "
                                            "be believed; for all else its logs, relay and profile "
                                            "are read now, at most every half minute. "
                                            "Told once a minute.",
                                            "None."};
inline constexpr EventDefinition kPushRefused{
    "MG0220",
    Level::Warning,
    "push-refused",
    "nothing of what meter {meter} pushed is stored: {what}",
    "A DLMS meter pushed values that are less protected than its `[meter.dlms]` asks for, or that "
    "were heard before, or that name another serial number, or whose list contradicts itself. The "
    "values are read instead. Told once a minute of a meter.",
    "Set up the meter's push with the protection its association has. Right after a start the "
    "first "
    "push may come before the meter was read: then none."};
inline constexpr EventDefinition kPushPartlyStored{
    "MG0221",
    Level::Info,
    "push-partly-stored",
    "of what meter {meter} pushed this is not stored: {what}",
    "Elements of a push that the meter's model does not know, whose columns or scaler are not "
    "known "
    "yet, or that make no sense. The others are stored, and the meter is read. Told once a minute "
    "of "
    "a meter.",
    "Name the objects in the model (`[[dlms.register]]`, `[[dlms.columns]]`, `[dlms.scalers]`), or "
    "take them out of the meter's push list."};

// ---- 03 lines and links -------------------------------------------------------------------------
inline constexpr EventDefinition kLineOpened{"MG0301",
                                             Level::Info,
                                             "line-opened",
                                             "line {line} is open: {what}",
                                             "Its meters are served from now on.",
                                             "None."};
inline constexpr EventDefinition kLineFailed{
    "MG0302",
    Level::Error,
    "line-failed",
    "line {line} cannot be used: {what}",
    "Device missing, in use or without permission, or the connection is refused. It is tried "
    "again by itself; nothing was sent meanwhile.",
    "Check adapter, device name and the rights of the service's user; for TCP the gateway's "
    "address.",
    kAlarm};
inline constexpr EventDefinition kLineRecovered{"MG0303",
                                                Level::Info,
                                                "line-recovered",
                                                "line {line} can be used again",
                                                "Its meters are served again.",
                                                "None."};
inline constexpr EventDefinition kMeterQuarantine{
    "MG0304",
    Level::Debug,
    "meter-quarantine",
    "meter {meter} is left alone for {pause_ms} ms, until no late answer of it can come any more",
    "It did not answer in time. Its late answer must never be taken for that of the next request; "
    "other meters of the line are served meanwhile.",
    "None. Often on one meter: raise `timeout_ceiling_ms` of the line or look at that meter."};
inline constexpr EventDefinition kNonsense{
    "MG0305",
    Level::Warning,
    "nonsense",
    "meter {meter} answered with something meaningless: {what}",
    "A damaged frame, an answer to another question, or values that contradict the model. Nothing "
    "of it was stored.",
    "Single ones: noise on the line. Always: wrong model, or two meters with one address."};
inline constexpr EventDefinition kStrangerCalls{
    "MG0306",
    Level::Warning,
    "stranger-calls",
    "line {line}: {peer} is no meter of ours: {what}",
    "Somebody connected to the port for meters that dial in, or spoke on a topic of theirs, and is "
    "not configured, or did not say who it is. Turned away. Told once a minute for each line.",
    "Compare what it calls itself with `serial` of the meters of that line. Let nobody but meters "
    "reach the port."};

// ---- 05 collection ------------------------------------------------------------------------------
inline constexpr EventDefinition kPageStored{"MG0501",
                                             Level::Debug,
                                             "page-stored",
                                             "meter {meter}: {count} new rows of {data} stored",
                                             "One page of collection was written down.",
                                             "None."};
inline constexpr EventDefinition kHoleFound{
    "MG0502",
    Level::Info,
    "hole-found",
    "meter {meter}: load profile misses {from} to {to}",
    "Intervals that should exist were not read; they are remembered and asked for again.",
    "None."};
inline constexpr EventDefinition kHoleFilled{"MG0503",
                                             Level::Info,
                                             "hole-filled",
                                             "meter {meter}: load profile {from} to {to} filled",
                                             "What was missing has been read.",
                                             "None."};
inline constexpr EventDefinition kHoleGivenUp{
    "MG0504",
    Level::Warning,
    "hole-given-up",
    "meter {meter}: load profile {from} to {to} stays missing after {tries} tries",
    "The meter answers and does not have these intervals (power cut, clock set, overwritten).",
    "Bill these intervals by your rules for missing values; `metergate readings` shows the hole.",
    kAlarm};
inline constexpr EventDefinition kLogOverwritten{
    "MG0506",
    Level::Warning,
    "log-overwritten",
    "meter {meter}, {log} log: entries {from} to {to} were overwritten before they were read",
    "The meter's log goes round, and the gateway was away (or the schedule too slow) for longer "
    "than "
    "a round. The entries exist nowhere any more.",
    "Read logs more often (`logs_s` of the schedule); find out why the gateway was away."};
inline constexpr EventDefinition kSynchronised{
    "MG0505",
    Level::Info,
    "synchronised",
    "meter {meter}: synchronised",
    "Registers, relay, clock, logs, daily values and profile were read to their ends.",
    "None."};

// ---- 08 entries of meter logs -------------------------------------------------------------------
inline constexpr EventDefinition kMeterLogEntry{
    "MG0801",
    Level::Info,
    "meter-log-entry",
    "meter {meter}, {log} log no. {sequence}: {event}, cause {cause}, at {meter_time} by its clock",
    "A new entry of one of the meter's own logs; the time is the meter's, right or wrong.",
    "By the event: tamper and security entries deserve a look, supply entries explain relay "
    "changes."};

}  // namespace metergate::journal
