// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `metergate` returns to the shell; docs/operations.md lists them, so they never change.
/// The high ones are those of sysexits.h, which systemd and scripts know.
namespace metergate::cli {

inline constexpr int kOk = 0;
inline constexpr int kEndedOtherwise = 1;  ///< a command ended, and not in success
inline constexpr int kUsage = 2;           ///< the command line makes no sense
inline constexpr int kRefused = 3;         ///< turned away at the door; nothing was sent
inline constexpr int kUnconfirmed = 4;     ///< sent, or still waiting: the outcome is not known
inline constexpr int kUnavailable = 69;    ///< the gateway or the broker is not there
inline constexpr int kIoError = 74;        ///< the store or a file cannot be read or written
/// A mistake in the configuration or a model, a damaged ledger, or one of a later release: starting
/// again would not cure it.
inline constexpr int kConfigurationError = 78;

}  // namespace metergate::cli
