// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/journal/event_definition.hpp"

/// Events of the box itself: process (00), configuration (01), broker (06) and storage (07).
namespace metergate::journal {

// ---- 00 process ---------------------------------------------------------------------------------
inline constexpr EventDefinition kGatewayStarted{
    "MG0001",
    Level::Info,
    "gateway-started",
    "metergate {version} started for site {site}: {meters} meters on {lines} lines",
    "The configuration is read, the ledger is open, lines and broker are being opened.",
    "None."};
inline constexpr EventDefinition kGatewayStopping{
    "MG0002",
    Level::Info,
    "gateway-stopping",
    "stopping: {cause}",
    "No command is taken any more; exchanges on their way end or become unconfirmed.",
    "None."};
inline constexpr EventDefinition kGatewayStopped{
    "MG0003",
    Level::Info,
    "gateway-stopped",
    "stopped; everything accepted is on disk",
    "The ledger is committed and closed.",
    "None. Without this line the process was cut off; nothing accepted is lost then either, and "
    "orders that were on their way are settled after the next start."};
inline constexpr EventDefinition kInternalFault{
    "MG0004",
    Level::Error,
    "internal-fault",
    "a promise of the program was broken: {what}",
    "A state that should be impossible was met; the one operation concerned was given up.",
    "Report it with the lines around it."};
inline constexpr EventDefinition kControlUnavailable{
    "MG0005",
    Level::Warning,
    "control-unavailable",
    "the control socket {path} is not served: {what}",
    "The gateway runs, but `metergate send`, `meters` and `tail` cannot talk to it on this box.",
    "Look at the folder's owner and rights, and for a second gateway with the same path."};
inline constexpr EventDefinition kBoxClockStepped{
    "MG0006",
    Level::Warning,
    "box-clock-stepped",
    "the clock of this box was set by {step_s} s",
    "Pauses and time-outs are not moved by it; times written before it may be wrong.",
    "See that the box keeps time (NTP) before it reads meters.",
    kAlarm};
inline constexpr EventDefinition kMetricsUnavailable{
    "MG0007",
    Level::Warning,
    "metrics-unavailable",
    "the page of figures is not served: {what}",
    "The gateway runs, but a Prometheus on this box gets nothing from it.",
    "Look what else listens on that port, or give `[metrics]` another one, and restart."};

inline constexpr EventDefinition kConsoleUnavailable{
    "MG0008",
    Level::Warning,
    "console-unavailable",
    "the web console is not served: {what}",
    "The gateway runs, but no browser reaches it.",
    "Look what else listens on that port, or give `[console]` another one, and restart."};
inline constexpr EventDefinition kConsoleLogin{
    "MG0009",
    Level::Info,
    "console-login",
    "{user} logged in to the web console as operator {operator}",
    "Somebody gave this user's password. What they send is theirs in the audit trail.",
    "None, unless nobody was to be there: `metergate console-user remove`."};
inline constexpr EventDefinition kConsoleLoginRefused{
    "MG0010",
    Level::Warning,
    "console-login-refused",
    "a login to the web console as {user} was refused: {what}",
    "A wrong password, somebody who is no user, or a user whose operator is not configured. After "
    "three in a row each further try has to wait.",
    "Ask whoever it was; many in a row are somebody who guesses. `metergate console-user list` "
    "tells who may log in."};
inline constexpr EventDefinition kConsoleLogout{"MG0011",
                                                Level::Info,
                                                "console-logout",
                                                "{user} logged out of the web console",
                                                "The login ended before its time was over.",
                                                "None."};
inline constexpr EventDefinition kConsoleDenied{
    "MG0012",
    Level::Warning,
    "console-denied",
    "{user} may not send {verb} from the web console",
    "A login asked for a command it was not given.",
    "If it should: `metergate console-user add ... --may ... --replace`."};

// ---- 01 configuration ---------------------------------------------------------------------------
inline constexpr EventDefinition kReloadOk{"MG0101",
                                           Level::Info,
                                           "configuration-reloaded",
                                           "configuration {file} reloaded",
                                           "The new configuration is in force.",
                                           "None."};
inline constexpr EventDefinition kReloadRefused{
    "MG0102",
    Level::Error,
    "configuration-refused",
    "configuration {file} refused, the old one stays in force: {what}",
    "The file has at least one mistake; nothing of it was taken over.",
    "Run `metergate check-config` on the file, correct it, reload again."};
inline constexpr EventDefinition kConfigurationChanged{
    "MG0103",
    Level::Info,
    "configuration-changed",
    "configuration: {what}",
    "One change a reload brought: a meter added, removed or moved, a schedule, operators or roles "
    "altered.",
    "See that it is what you meant."};
inline constexpr EventDefinition kConfigurationWarning{
    "MG0104",
    Level::Warning,
    "configuration-warning",
    "configuration: {what}",
    "The configuration is allowed and will disappoint: most often a line that cannot carry what "
    "its meters' schedules ask for.",
    "Spread the meters over more lines, raise the baud rate or read less often."};
inline constexpr EventDefinition kRestartNeeded{
    "MG0105",
    Level::Warning,
    "restart-needed",
    "configuration: {key} changed and takes effect at the next start",
    "A reload cannot change this key in a running gateway; the rest was taken over.",
    "Restart the service when it suits."};

// ---- 06 broker ----------------------------------------------------------------------------------
inline constexpr EventDefinition kBrokerConnected{
    "MG0601",
    Level::Info,
    "broker-connected",
    "broker {broker} connected",
    "Commands can arrive and the outbox is being published.",
    "None."};
inline constexpr EventDefinition kBrokerLost{
    "MG0602",
    Level::Warning,
    "broker-lost",
    "broker {broker} lost: {what}",
    "Collection goes on; outcomes and readings wait in the outbox. Reconnecting goes on by itself.",
    "If it lasts, look at network and broker."};
inline constexpr EventDefinition kBrokerRefused{
    "MG0603",
    Level::Error,
    "broker-refused",
    "broker {broker} refused the connection: {what}",
    "The broker is there and does not let the gateway in; trying again alone will not cure it.",
    "Check user name, password file, certificate and the broker's access list.",
    kAlarm};
inline constexpr EventDefinition kOutboxGrowing{
    "MG0604",
    Level::Warning,
    "outbox-growing",
    "{messages} messages and {data_days} meter-days wait for the broker",
    "The broker takes less than the gateway produces, or is not there.",
    "Look at the broker. Nothing is lost while the disk has room."};
inline constexpr EventDefinition kOutboxDrained{"MG0605",
                                                Level::Info,
                                                "outbox-drained",
                                                "the outbox is empty again",
                                                "The broker has been given everything.",
                                                "None."};
inline constexpr EventDefinition kPublicationRefused{
    "MG0606",
    Level::Warning,
    "publication-refused",
    "the broker does not let the gateway publish on {topic}",
    "An access list or a quota of the broker. An answer whose asker named that topic goes to its "
    "meter's result topic instead; everything else waits for the next connection.",
    "Give the gateway's user the right to publish there (docs/operations.md, the broker)."};
inline constexpr EventDefinition kCertificateEnds{
    "MG0607",
    Level::Warning,
    "certificate-ends",
    "{file}: {what}",
    "A certificate that the gateway shows to a broker, or an authority that it trusts, ends soon. "
    "It "
    "is told under 30 days, 7 days and 1 day before, and once it has ended.",
    "Put a new one in its place; the next connection takes it, no restart is needed. Where the end "
    "seems far away, look at the box's clock.",
    kAlarm};

// ---- 07 storage ---------------------------------------------------------------------------------
inline constexpr EventDefinition kStorageFailed{
    "MG0701",
    Level::Error,
    "storage-failed",
    "the ledger cannot be written: {what}",
    "No command is accepted and nothing is sent while it lasts, since nothing could be written "
    "down.",
    "Look at the disk and at the file's rights; the gateway tries again by itself.",
    kAlarm};
inline constexpr EventDefinition kDiskFull{
    "MG0702",
    Level::Error,
    "disk-full",
    "the disk of the ledger is full: {what}",
    "The reserve kept for this case is in use, or commands are refused until there is room.",
    "Free disk space; shorten the retention in `[storage]` if it recurs.",
    kAlarm};
inline constexpr EventDefinition kStorageRecovered{"MG0703",
                                                   Level::Info,
                                                   "storage-recovered",
                                                   "the ledger can be written again",
                                                   "Commands are accepted again.",
                                                   "None."};
inline constexpr EventDefinition kFolded{
    "MG0704",
    Level::Debug,
    "profile-folded",
    "{meter_days} meter-days of load profile folded",
    "Finished days were packed into one row each, to spare the flash and speed up reading.",
    "None."};
inline constexpr EventDefinition kRetained{
    "MG0705",
    Level::Debug,
    "retention-applied",
    "{rows} rows older than the retention deleted",
    "Data past its `keep_...` was deleted; nothing that still waits for the broker.",
    "None."};
inline constexpr EventDefinition kJournalNotKept{
    "MG0706",
    Level::Warning,
    "journal-not-kept",
    "journal lines are not kept in the ledger: {what}",
    "`metergate tail` will miss the lines from here until the ledger can be written again; this "
    "log has them.",
    "Look at the storage events around it."};
inline constexpr EventDefinition kDiskReadOnly{
    "MG0708",
    Level::Error,
    "disk-read-only",
    "the ledger's disk takes no writes: {what}",
    "The file system was mounted read-only, mostly by the kernel after errors of the disk. No "
    "command is accepted, nothing is sent and nothing is collected while it lasts.",
    "Look into `dmesg`; once the disk is sound, mount it writable again. The gateway goes on by "
    "itself.",
    kAlarm};
inline constexpr EventDefinition kAuditNotForwarded{
    "MG0709",
    Level::Warning,
    "audit-not-forwarded",
    "the system's log takes no entries of the audit trail; {entries} wait",
    "`[audit] syslog` is on, and nobody listens at its socket or has no room. The entries are in "
    "the "
    "trail and are sent once somebody takes them, if the gateway runs until then. Told once an "
    "hour.",
    "Look whether systemd-journald or rsyslog runs, and whether this user may write to "
    "`syslog_socket`."};
inline constexpr EventDefinition kValuesDropped{
    "MG0710",
    Level::Warning,
    "profile-values-dropped",
    "{values} values of the load profile of {meter} on {day} were dropped: a day takes 262,144",
    "The meter has sent three values for each second of the day, which no meter measures. The "
    "earliest of the day are kept; those of other days and meters are not concerned.",
    "Look at what the meter, or who speaks in its name, sends (`metergate tail --meter ID`)."};
inline constexpr EventDefinition kLedgerDamaged{
    "MG0707",
    Level::Error,
    "ledger-damaged",
    "the ledger is damaged: {what}",
    "Something in the ledger's file is not what was written there: a failing disk, or another "
    "hand. "
    "No command is accepted and nothing is sent until a write succeeds again.",
    "Stop the gateway and run `metergate store repair`; look at the disk it lies on.",
    kAlarm};

}  // namespace metergate::journal
