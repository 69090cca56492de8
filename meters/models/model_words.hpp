// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "meters/models/meter_model.hpp"

/// The words a model file uses, and back again for reports.
namespace metergate::model {

/// `modbus`, `mqtt`, `dlms`
[[nodiscard]] std::string_view protocol_word(Protocol protocol);
[[nodiscard]] std::optional<Protocol> parse_protocol(std::string_view word);

/// `holding`, `input`
[[nodiscard]] std::string_view space_word(RegisterSpace space);
[[nodiscard]] std::optional<RegisterSpace> parse_space(std::string_view word);

/// `u16`, `s16`, `u32`, `s32`, `u64`, `s64`, `f32`, `ascii`
[[nodiscard]] std::string_view number_type_word(NumberType type);
[[nodiscard]] std::optional<NumberType> parse_number_type(std::string_view word);

/// `big-endian`, `little-endian`
[[nodiscard]] std::optional<WordOrder> parse_word_order(std::string_view word);

/// `write-read`, `write-then-read`
[[nodiscard]] std::string_view window_access_word(WindowAccess access);
[[nodiscard]] std::optional<WindowAccess> parse_window_access(std::string_view word);

/// `recorded`, `document`, `computed`
[[nodiscard]] std::optional<CaptureKind> parse_capture_kind(std::string_view word);

/// `ascii`, `visible`, `bcd`
[[nodiscard]] std::string_view token_encoding_word(TokenEncoding encoding);
[[nodiscard]] std::optional<TokenEncoding> parse_token_encoding(std::string_view word);

/// `skip`, `serial`, ..., `detail`; a channel is written by its OBIS code.
[[nodiscard]] std::string_view field_role_word(FieldRole role);
[[nodiscard]] std::optional<FieldRole> parse_field_role(std::string_view word);

/// `transaction_id:u32`, `1-0:1.29.0:u16`, `digits:ascii20` (characters, two a register).
[[nodiscard]] std::string field_text(const Field& field);
[[nodiscard]] std::optional<Field> parse_field(std::string_view text);

}  // namespace metergate::model
