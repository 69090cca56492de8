// SPDX-License-Identifier: Apache-2.0
#include "meters/models/model_words.hpp"

#include <array>
#include <charconv>

#include "meters/models/register_codec.hpp"
#include "protocols/word_list.hpp"

namespace metergate::model {
namespace {

// All in the order of their enumerations.
constexpr std::array<std::string_view, 4> kProtocols{"modbus", "mqtt", "dlms", "mode-c"};
constexpr std::array<std::string_view, 3> kTokenEncodings{"ascii", "visible", "bcd"};
constexpr std::array<std::string_view, 2> kSpaces{"holding", "input"};
constexpr std::array<std::string_view, 8> kTypes{"u16", "s16", "u32", "s32",
                                                 "u64", "s64", "f32", "ascii"};
constexpr std::array<std::string_view, 2> kOrders{"big-endian", "little-endian"};
constexpr std::array<std::string_view, 3> kAccesses{"write-read", "write-then-read", "read"};
constexpr std::array<std::string_view, 3> kCaptureKinds{"recorded", "document", "computed"};
constexpr std::array<std::string_view, 39> kRoles{
    "skip",           "serial",      "firmware",
    "transaction_id", "time",        "clock_trusted",
    "state",          "causes",      "operations_today",
    "order",          "digits",      "order_kind",
    "order_result",   "order_value", "from_time",
    "to_time",        "log_number",  "after_sequence",
    "count",          "more",        "covered_to",
    "start_time",     "marks",       "sequence",
    "event_code",     "cause",       "detail",
    "effective",      "actions",     "relay_after",
    "event_id",       "tariff_id",   "supplier_id",
    "supplier_name",  "price",       "import_wh",
    "import_varh",    "balance",     "channel"};

static_assert(static_cast<std::size_t>(FieldRole::Channel) + 1 == kRoles.size());
static_assert(static_cast<std::size_t>(NumberType::Ascii) + 1 == kTypes.size());

constexpr std::uint16_t kLongestText = 240;

// `20` of `ascii20`
std::optional<std::uint16_t> parse_text_length(std::string_view digits) {
  std::uint16_t characters = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, characters);
  const bool whole = error == std::errc{} && stopped == end;
  if (!whole || characters == 0 || characters > kLongestText || characters % 2 != 0) {
    return std::nullopt;
  }
  return characters;
}

}  // namespace

std::string_view protocol_word(Protocol protocol) { return word_of(kProtocols, protocol); }
std::optional<Protocol> parse_protocol(std::string_view word) {
  return parse_word<Protocol>(kProtocols, word);
}

std::string_view space_word(RegisterSpace space) { return word_of(kSpaces, space); }
std::optional<RegisterSpace> parse_space(std::string_view word) {
  return parse_word<RegisterSpace>(kSpaces, word);
}

std::string_view number_type_word(NumberType type) { return word_of(kTypes, type); }
std::optional<NumberType> parse_number_type(std::string_view word) {
  return parse_word<NumberType>(kTypes, word);
}

std::optional<WordOrder> parse_word_order(std::string_view word) {
  return parse_word<WordOrder>(kOrders, word);
}

std::string_view window_access_word(WindowAccess access) { return word_of(kAccesses, access); }
std::optional<WindowAccess> parse_window_access(std::string_view word) {
  return parse_word<WindowAccess>(kAccesses, word);
}

std::optional<CaptureKind> parse_capture_kind(std::string_view word) {
  return parse_word<CaptureKind>(kCaptureKinds, word);
}

std::string_view token_encoding_word(TokenEncoding encoding) {
  return word_of(kTokenEncodings, encoding);
}
std::optional<TokenEncoding> parse_token_encoding(std::string_view word) {
  return parse_word<TokenEncoding>(kTokenEncodings, word);
}

std::string_view field_role_word(FieldRole role) { return word_of(kRoles, role); }
std::optional<FieldRole> parse_field_role(std::string_view word) {
  return parse_word<FieldRole>(kRoles, word);
}

std::string field_text(const Field& field) {
  std::string out = field.role == FieldRole::Channel ? field.channel.text()
                                                     : std::string{field_role_word(field.role)};
  out.append(":").append(number_type_word(field.type));
  if (field.type == NumberType::Ascii) out += std::to_string(2 * field.registers);
  return out;
}

std::optional<Field> parse_field(std::string_view text) {
  // An OBIS code has a colon of its own.
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, colon);
  const std::string_view type = text.substr(colon + 1);

  Field field;
  if (const auto obis = cosem::ObisCode::parse(name)) {
    field.role = FieldRole::Channel;
    field.channel = *obis;
  } else if (const auto role = parse_field_role(name); role && role != FieldRole::Channel) {
    field.role = *role;
  } else {
    return std::nullopt;
  }

  constexpr std::string_view kAscii = "ascii";
  if (type.starts_with(kAscii)) {
    const auto characters = parse_text_length(type.substr(kAscii.size()));
    if (!characters) return std::nullopt;
    field.type = NumberType::Ascii;
    field.registers = static_cast<std::uint16_t>(*characters / 2);
    return field;
  }
  const auto number = parse_number_type(type);
  if (!number || number == NumberType::F32) return std::nullopt;
  field.type = *number;
  field.registers = registers_of(*number);
  return field;
}

}  // namespace metergate::model
