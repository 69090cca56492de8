// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/key_change.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/sts/token_block.hpp"
#include "protocols/sts/token_codec.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;
using vectors::number;
using vectors::text;

KeyChange change_to(const VectorConfig& to, std::uint8_t ken, Rollover rollover) {
  return {.key = to.expected,
          .key_type = to.derivation.key_type,
          .key_revision = to.derivation.key_revision,
          .tariff_index = to.derivation.tariff_index,
          .key_expiry = {ken},
          .supply_group = to.derivation.supply_group,
          .rollover = rollover};
}

TEST(KeyChange, ThePublishedSetsAreMadeDigitForDigit) {
  each(sts_vectors(), "key_change", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const VectorConfig from = vector_config(text(entry, "from"));
    const VectorConfig to = vector_config(text(entry, "to"));
    const bool three = entry.at("three_kct").as_bool();
    const auto sections =
        key_change_sections(change_to(to, static_cast<std::uint8_t>(number(entry, "ken")),
                                      number(entry, "ro") == 1 ? Rollover::Yes : Rollover::No),
                            three ? SupplyGroupToken::With : SupplyGroupToken::Without);
    const auto& blocks = entry.at("blocks").as_array();
    const auto& tokens = entry.at("tokens").as_array();
    ASSERT_EQ(sections.size(), tokens.size());
    KeyChangeAssembly assembly{to.derivation.algorithm};
    for (std::size_t i = 0; i < sections.size(); ++i) {
      EXPECT_EQ(encode_block(sections[i]).value(),
                std::stoull(std::string{blocks[i].as_string()}, nullptr, 16));
      const auto digits = TokenDigits::parse(tokens[i].as_string()).value();
      EXPECT_EQ(encode_token(sections[i], from.cipher()).value(), digits);
      EXPECT_TRUE(decode_token(token_bits(digits).value(), from.cipher()).value() == sections[i]);
    }
  });
}

TEST(KeyChange, TheThreeTokensOfTheFactSheetCarryTheSupplyGroupInTheThird) {
  const VectorConfig from = vector_config("S07.p11");
  const VectorConfig to = vector_config("S07.p11.ti02");
  const auto sections = key_change_sections(change_to(to, 255, Rollover::No));
  ASSERT_EQ(sections.size(), 3U);
  EXPECT_EQ(encode_block(sections[0]).value(), 0x3F167F78CDD2390CU);
  EXPECT_EQ(encode_block(sections[1]).value(), 0x4F0220BE39B836F9U);
  EXPECT_EQ(encode_block(sections[2]).value(), 0x80312F10000053D5U);
  const auto& third = std::get<SetThirdSectionDecoderKey>(sections[2]);
  EXPECT_EQ(third.supply_group(), 201'457U);
  EXPECT_TRUE(third.padding_is_zero());
}

TEST(KeyChange, WithoutTheThirdTokenTheFirstSaysSo) {
  const VectorConfig to = vector_config("S07.p11.ti02");
  const auto sections =
      key_change_sections(change_to(to, 255, Rollover::No), SupplyGroupToken::Without);
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_FALSE(std::get<SetFirstSectionDecoderKey>(sections[0]).third_token);
}

void put(KeyChangeAssembly& assembly, const TokenContent& section) {
  std::visit(
      [&assembly]<typename T>(const T& one) {
        if constexpr (requires { assembly.put(one); }) assembly.put(one);
      },
      section);
}

RC_GTEST_PROP(KeyChangeLaws, TheMeterPutsTogetherWhatWasSentInAnyOrderAndNotBefore, ()) {
  const bool long_key = *rc::gen::arbitrary<bool>();
  const auto algorithm = long_key ? EncryptionAlgorithm::Misty1 : EncryptionAlgorithm::Sta;
  const auto octets =
      *rc::gen::container<Octets>(key_octets(algorithm), rc::gen::arbitrary<std::uint8_t>());
  const auto third = *rc::gen::element(SupplyGroupToken::With, SupplyGroupToken::Without);
  const KeyChange change{
      .key = DecoderKey::of(crypto::SecretOctets{octets}).value(),
      .key_type = *rc::gen::element(KeyType::Initialization, KeyType::Default, KeyType::Unique),
      .key_revision = KeyRevisionNumber::of(*rc::gen::inRange(1U, 10U)).value(),
      .tariff_index = TariffIndex::of(*rc::gen::inRange(0U, 100U)).value(),
      .key_expiry = {*rc::gen::arbitrary<std::uint8_t>()},
      .supply_group = SupplyGroupCode::of(*rc::gen::inRange(0U, 1'000'000U)).value(),
      .rollover = *rc::gen::element(Rollover::No, Rollover::Yes)};
  auto sections = key_change_sections(change, third);
  RC_ASSERT(sections.size() == (long_key ? 4U : (third == SupplyGroupToken::With ? 3U : 2U)));
  for (std::size_t at = sections.size(); at > 1; --at) {
    std::swap(sections[at - 1], sections[*rc::gen::inRange<std::size_t>(0, at)]);
  }
  KeyChangeAssembly assembly{algorithm};
  for (std::size_t i = 0; i < sections.size(); ++i) {
    RC_ASSERT(!assembly.whole());
    put(assembly, sections[i]);
  }
  const auto received = assembly.whole();
  RC_ASSERT(received.has_value());
  RC_ASSERT(received->key == change.key);
  RC_ASSERT(received->key_type == static_cast<std::uint8_t>(change.key_type));
  RC_ASSERT(received->key_revision == change.key_revision.number());
  RC_ASSERT(received->tariff_index == change.tariff_index.number());
  RC_ASSERT(received->key_expiry == change.key_expiry);
  RC_ASSERT(received->rollover == change.rollover);
  const bool told = long_key || third == SupplyGroupToken::With;
  RC_ASSERT(received->supply_group ==
            (told ? std::optional{change.supply_group.number()} : std::nullopt));
}

}  // namespace
}  // namespace metergate::sts
