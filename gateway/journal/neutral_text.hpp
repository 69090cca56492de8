// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace metergate::journal {

inline constexpr std::size_t kMaxValueOctets = 512;
inline constexpr std::size_t kMaxLineOctets = 4096;

/// Text from anywhere made fit for a log line or a terminal:
/// - line breaks, control characters (C0, C1, DEL), terminal escapes, line and paragraph separators
///   and bidirectional overrides become `\n`, `\x1b`, `\u{202e}`; a backslash becomes two, so the
///   escapes can be told from what was written;
/// - octets that are not UTF-8 become `\xNN`;
/// - what looks like a token (20 digits or more in a row, also in groups of four) keeps its last
///   four digits only: tokens never reach a log, even inside another's error text;
/// - longer than `limit` octets, it is cut at a character and ends in `…`.
[[nodiscard]] std::string neutral(std::string_view text, std::size_t limit = kMaxValueOctets);

/// `value`, in double quotes when it holds a blank, `=`, a quote or nothing, so that a line of
/// key=value can be taken apart again. Takes text that is already neutral.
[[nodiscard]] std::string quoted_if_needed(std::string_view value);

}  // namespace metergate::journal
