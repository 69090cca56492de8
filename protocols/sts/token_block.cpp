// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_block.hpp"

#include <type_traits>

#include "protocols/overloaded.hpp"
#include "protocols/sts/token_crc.hpp"

namespace metergate::sts {
namespace {

constexpr unsigned kDataBits = 48;
constexpr unsigned kCrcBits = 16;

/// Takes the 48 data bits apart from the top.
class FieldReader {
 public:
  explicit FieldReader(std::uint64_t data48) : rest_{data48 << (64 - kDataBits)} {}
  std::uint64_t take(unsigned bits) {
    const std::uint64_t field = rest_ >> (64 - bits);
    rest_ <<= bits;
    return field;
  }
  template <typename T>
  T take_as(unsigned bits) {
    return static_cast<T>(take(bits));
  }
  TokenIdentifier tid() { return TokenIdentifier::from_minutes(take_as<std::uint32_t>(24)); }

 private:
  std::uint64_t rest_;
};

/// Puts the data bits together from the top and remembers the first field that did not fit.
class FieldWriter {
 public:
  FieldWriter& put(std::string_view field, std::uint64_t value, unsigned bits,
                   std::string_view expected) {
    if (value >> bits != 0) refuse(field, value, expected);
    data_ = (data_ << bits) | value;
    return *this;
  }
  void refuse(std::string_view field, std::uint64_t value, std::string_view expected) {
    if (!fault_) fault_ = FieldFault{field, std::to_string(value), expected};
  }
  FieldWriter& subclass(std::uint64_t value) { return put("subclass", value, 4, "0..15"); }
  FieldWriter& random(std::uint64_t value) { return put("RND", value, 4, "0..15"); }
  FieldWriter& tid(TokenIdentifier value) { return put("TID", value.minutes(), 24, "24 bits"); }
  FieldWriter& word(const KeyWord& value) { return put("key word", value.reveal(), 32, "32 bits"); }

  [[nodiscard]] const std::optional<FieldFault>& fault() const { return fault_; }
  [[nodiscard]] std::uint64_t data() const { return data_; }

 private:
  std::uint64_t data_ = 0;
  std::optional<FieldFault> fault_;
};

TokenContent read_credit(std::uint8_t subclass, FieldReader in) {
  if (subclass < 4) {
    UnitCredit credit{.commodity = static_cast<Commodity>(subclass)};
    credit.random = in.take_as<RandomNumber>(4);
    credit.tid = in.tid();
    credit.amount = TransferAmount::from_code(in.take_as<std::uint16_t>(16));
    return credit;
  }
  if (subclass < 8) {
    CurrencyCredit credit{.commodity = static_cast<Commodity>(subclass - 4)};
    const auto upper = in.take_as<std::uint32_t>(4);
    credit.tid = in.tid();
    credit.amount = CurrencyAmount::from_code((upper << 16U) | in.take_as<std::uint32_t>(16));
    return credit;
  }
  return OtherToken{TokenClass::Credit, subclass, in.take(44)};
}

TokenContent read_test(std::uint8_t subclass, FieldReader in) {
  switch (subclass) {
    case 0: {
      const std::uint64_t control = in.take(36);
      return InitiateMeterTest{ManufacturerForm::TwoDigits, control, in.take_as<std::uint16_t>(8)};
    }
    case 1: {
      const std::uint64_t control = in.take(28);
      return InitiateMeterTest{ManufacturerForm::FourDigits, control,
                               in.take_as<std::uint16_t>(16)};
    }
    case 2: {
      const std::uint64_t selector = in.take(36);
      return ExtendedRead{selector, in.take_as<std::uint8_t>(8)};
    }
    default:
      return OtherToken{TokenClass::Test, subclass, in.take(44)};
  }
}

SetFirstSectionDecoderKey read_first_section(FieldReader in) {
  SetFirstSectionDecoderKey section;
  section.key_expiry_high = in.take_as<std::uint8_t>(4);
  section.key_revision = in.take_as<std::uint8_t>(4);
  section.rollover = in.take(1) != 0;
  section.third_token = in.take(1) != 0;
  section.key_type = in.take_as<std::uint8_t>(2);
  section.key_word = KeyWord{in.take_as<std::uint32_t>(32)};
  return section;
}

TokenContent read_management(std::uint8_t subclass, FieldReader in) {
  switch (subclass) {
    case 3:
      return read_first_section(in);
    case 4: {
      SetSecondSectionDecoderKey section;
      section.key_expiry_low = in.take_as<std::uint8_t>(4);
      section.tariff_index = in.take_as<std::uint8_t>(8);
      section.key_word = KeyWord{in.take_as<std::uint32_t>(32)};
      return section;
    }
    case 8: {
      const auto upper = in.take_as<std::uint16_t>(12);
      return SetThirdSectionDecoderKey{upper, KeyWord{in.take_as<std::uint32_t>(32)}};
    }
    case 9: {
      const auto upper = in.take_as<std::uint16_t>(12);
      return SetFourthSectionDecoderKey{upper, KeyWord{in.take_as<std::uint32_t>(32)}};
    }
    default:
      break;
  }
  if (subclass > 10) return OtherToken{TokenClass::Management, subclass, in.take(44)};
  ManagementToken token{.management = static_cast<Management>(subclass)};
  token.random = in.take_as<RandomNumber>(4);
  token.tid = in.tid();
  token.value = in.take_as<std::uint16_t>(16);
  return token;
}

void write(FieldWriter& out, const UnitCredit& token) {
  out.random(token.random).tid(token.tid).put("amount", token.amount.code(), 16, "16 bits");
}
void write(FieldWriter& out, const CurrencyCredit& token) {
  out.put("amount", token.amount.code() >> 16U, 4, "20 bits")
      .tid(token.tid)
      .put("amount", token.amount.code() & 0xFFFFU, 16, "20 bits");
}
void write(FieldWriter& out, const InitiateMeterTest& token) {
  if (token.form == ManufacturerForm::TwoDigits) {
    out.put("control", token.control, 36, "36 bits")
        .put("manufacturer", token.manufacturer, 8, "0..255 in a two-digit form");
  } else {
    out.put("control", token.control, 28, "28 bits")
        .put("manufacturer", token.manufacturer, 16, "16 bits");
  }
}
void write(FieldWriter& out, const ExtendedRead& token) {
  out.put("selector", token.selector, 36, "36 bits").put("padding", token.padding, 8, "8 bits");
}
/// A value of the enum that is no name of it would be another type's subclass.
bool is_management(Management management) {
  using enum Management;
  switch (management) {
    case SetMaximumPowerLimit:
    case ClearCredit:
    case SetTariffRate:
    case ClearTamperCondition:
    case SetMaximumPhasePowerUnbalanceLimit:
    case SetWaterMeterFactor:
    case ExtendedSet:
      return true;
  }
  return false;
}

void write(FieldWriter& out, const ManagementToken& token) {
  if (!is_management(token.management)) {
    out.refuse("subclass", static_cast<std::uint64_t>(token.management), "0..2, 5..7 or 10");
  }
  out.random(token.random).tid(token.tid).put("value", token.value, 16, "16 bits");
}
void write(FieldWriter& out, const SetFirstSectionDecoderKey& token) {
  out.put("KENHO", token.key_expiry_high, 4, "0..15")
      .put("KRN", token.key_revision, 4, "0..15")
      .put("RO", token.rollover ? 1 : 0, 1, "0 or 1")
      .put("3KCT", token.third_token ? 1 : 0, 1, "0 or 1")
      .put("KT", token.key_type, 2, "0..3")
      .word(token.key_word);
}
void write(FieldWriter& out, const SetSecondSectionDecoderKey& token) {
  out.put("KENLO", token.key_expiry_low, 4, "0..15")
      .put("TI", token.tariff_index, 8, "8 bits")
      .word(token.key_word);
}
void write(FieldWriter& out, const SetThirdSectionDecoderKey& token) {
  out.put("SGC", token.upper, 12, "12 bits").word(token.lower);
}
void write(FieldWriter& out, const SetFourthSectionDecoderKey& token) {
  out.put("SGC high", token.supply_group_high, 12, "12 bits").word(token.key_word);
}
/// Subclasses that have a type of their own must not come in as other ones.
bool is_other(const OtherToken& token) {
  switch (token.token_class) {
    case TokenClass::Credit:
      return token.subclass >= 8;
    case TokenClass::Test:
      return token.subclass >= 3;
    case TokenClass::Management:
      return token.subclass >= 11;
    case TokenClass::Reserved:
      break;
  }
  return true;
}

void write(FieldWriter& out, const OtherToken& token) {
  if (!is_other(token)) out.refuse("subclass", token.subclass, "a reserved or proprietary one");
  out.put("data", token.data, 44, "44 bits");
}

}  // namespace

Result<TokenContent, CrcFault> decode_block(TokenClass token_class, std::uint64_t block) {
  const std::uint64_t data48 = block >> kCrcBits;
  const auto found = static_cast<std::uint16_t>(block);
  const std::uint16_t expected = data_crc(token_class, data48);
  if (found != expected) return failure(CrcFault{found, expected});
  FieldReader in{data48};
  const auto subclass = in.take_as<std::uint8_t>(4);
  switch (token_class) {
    case TokenClass::Credit:
      return read_credit(subclass, in);
    case TokenClass::Test:
      return read_test(subclass, in);
    case TokenClass::Management:
      return read_management(subclass, in);
    case TokenClass::Reserved:
      break;
  }
  return TokenContent{OtherToken{TokenClass::Reserved, subclass, in.take(44)}};
}

Result<std::uint64_t, FieldFault> encode_block(const TokenContent& content) {
  FieldWriter out;
  out.subclass(subclass_of(content));
  std::visit([&out](const auto& token) { write(out, token); }, content);
  if (out.fault()) return failure(*out.fault());
  return (out.data() << kCrcBits) | data_crc(class_of(content), out.data());
}

}  // namespace metergate::sts
