// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/dlms_access.hpp"
#include "config/schema.hpp"
#include "config/table_reader.hpp"

namespace metergate::config {

inline constexpr std::string_view kAuthentications =
    "none, lls, hls-md5, hls-sha1, hls-gmac, hls-sha256 or hls-ecdsa";
[[nodiscard]] std::optional<dlms::AuthenticationMechanism> parse_authentication(
    std::string_view word);

/// The keys of a table [dlms], [meter.dlms] or [meter_range.dlms] over what `into` has already; a
/// relative key file is relative to `base`.
void read_dlms_access(TableReader in, DlmsAccess& into, const std::filesystem::path& base);

/// What HDLC has no room for. Mistakes are told at `in`, the meter's table.
void judge_dlms_address(TableReader& in, std::string_view key, const DlmsAccess& access,
                        LineProtocol protocol, std::uint16_t address);

/// Whether each meter has a file of its own under that name.
[[nodiscard]] bool names_each(const std::filesystem::path& key_file);

}  // namespace metergate::config
