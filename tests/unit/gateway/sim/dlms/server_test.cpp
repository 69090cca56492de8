// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/server.hpp"

#include <gtest/gtest.h>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/object_list.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/support/dlms_client.hpp"

namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Data;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};
const SerialNumber kSerial = *SerialNumber::parse("VM00001001");

virtual_meter::Settings settings() {
  virtual_meter::Settings out{kSerial};
  out.history = std::chrono::days{10};
  out.supply = SupplyState::On;
  return out;
}

class DlmsServerTest : public testing::Test {
 protected:
  void use(DlmsSecurity security) {
    setup_ = dlms_setup(kSerial, security);
    counters_ = {};
    server_ = std::make_unique<DlmsServer>(setup_, counters_, fixed_challenge);
    client_.emplace(*server_, meter_, kNow);
  }
  /// As management client, without anything to show.
  void open() {
    use(DlmsSecurity::None);
    client_->number = kDlmsManagementClient;
    ASSERT_EQ(client_->associate().result, dlms::AssociationResult::Accepted);
  }
  Data value(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t attribute,
             std::optional<dlms::SelectiveAccess> part = {}) {
    auto result = client_->get(class_id, name, attribute, std::move(part));
    if (const auto* refused = std::get_if<AccessResult>(&result)) {
      ADD_FAILURE() << name.text() << ": " << dlms::access_result_word(*refused);
      return {};
    }
    return std::get<Data>(std::move(result));
  }

  VirtualMeter meter_{settings(), kNow};
  DlmsSetup setup_;
  DlmsCounters counters_;
  std::unique_ptr<DlmsServer> server_;
  std::optional<TestDlmsClient> client_;
};

// ---- associations -------------------------------------------------------------------------------

TEST_F(DlmsServerTest, ThePublicClientSeesWhoTheMeterIsAndNothingElse) {
  use(DlmsSecurity::Gmac);
  ASSERT_EQ(client_->associate().result, dlms::AssociationResult::Accepted);
  EXPECT_EQ(dlms::text_of(value(1, cosem::kDeviceId, 2)), "VM00001001");
  EXPECT_TRUE(dlms::date_time_of(value(8, cosem::kClock, 2)));
  EXPECT_EQ(std::get<AccessResult>(client_->get(7, cosem::kLoadProfile, 2)),
            AccessResult::ReadWriteDenied);
  EXPECT_EQ(client_->act(70, cosem::kDisconnectControl, 1), AccessResult::ReadWriteDenied);
  EXPECT_EQ(client_->set(8, cosem::kClock, 2, dlms::octet_string(dlms::utc_date_time(kNow))),
            AccessResult::ReadWriteDenied);
  EXPECT_EQ(meter_.relay().state, SupplyState::On);
}

TEST_F(DlmsServerTest, WithoutAnAssociationNothingIsServed) {
  use(DlmsSecurity::None);
  const auto answer = client_->ask(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}});
  EXPECT_TRUE(std::holds_alternative<dlms::ExceptionResponse>(answer));
}

TEST_F(DlmsServerTest, AfterAReleaseOrALostLinkNothingIsServed) {
  open();
  const dlms::Release rlrq{.reason = dlms::Release::Normal};
  EXPECT_EQ(client_->exchange(rlrq.encode()), (Octets{0x63, 0x03, 0x80, 0x01, 0x00}));
  EXPECT_EQ(server_->state(), DlmsAssociationState::Idle);
  client_->associate();
  server_->link_lost();
  EXPECT_EQ(server_->state(), DlmsAssociationState::Idle);
}

TEST_F(DlmsServerTest, AWrongPasswordIsRefusedByName) {
  use(DlmsSecurity::LowLevel);
  client_->number = kDlmsManagementClient;
  const auto with = [&](const std::string& password) {
    return client_->associate(
        {.mechanism = dlms::AuthenticationMechanism::LowLevel,
         .authentication_value = crypto::SecretOctets{Octets(password.begin(), password.end())}});
  };
  const auto refused = with("00000000");
  EXPECT_EQ(refused.result, dlms::AssociationResult::RejectedPermanent);
  EXPECT_EQ(refused.diagnostic.text(), "authentication-failure");
  EXPECT_EQ(client_->associate().diagnostic.text(), "authentication-mechanism-name-required");
  EXPECT_EQ(with(dlms_password(kSerial)).result, dlms::AssociationResult::Accepted);
}

TEST_F(DlmsServerTest, AProposalThatCannotBeMetIsRefusedWithTheReason) {
  use(DlmsSecurity::None);
  client_->max_pdu = 20;
  const auto small = client_->associate();
  const auto error = dlms::decode_initiate_answer(small.user_information);
  ASSERT_TRUE(error);
  EXPECT_EQ(text(std::get<dlms::ConfirmedServiceError>(error.value())),
            "initiate refused: PDU size too short");
  client_->max_pdu = 1024;
  EXPECT_EQ(client_->associate({.context = dlms::ApplicationContext::ShortNames}).diagnostic.text(),
            "application-context-name-not-supported");
  client_->number = 99;
  EXPECT_EQ(client_->associate().result, dlms::AssociationResult::RejectedPermanent);
}

class CipheredDlmsTest : public DlmsServerTest {
 protected:
  static constexpr dlms::SystemTitle kTitle{{'H', 'E', 'S', 0, 0, 0, 0, 1}};

  void SetUp() override {
    use(DlmsSecurity::Gmac);
    client_->number = kDlmsManagementClient;
    dlms::ChannelSetup channel{.keys = setup_.keys, .own = kTitle, .peer = setup_.title};
    channel.sending.reserved(1'000);
    client_->channel.emplace(std::move(channel));
  }

  /// Passes one to four; false when the meter's proof does not hold or it gives none.
  bool log_in() {
    const Octets challenge(16, 0x33);
    const auto aare = client_->associate({.context = dlms::ApplicationContext::LogicalNamesCiphered,
                                          .calling_ap_title = kTitle,
                                          .mechanism = dlms::AuthenticationMechanism::HighLevelGmac,
                                          .authentication_value = crypto::SecretOctets{challenge}});
    EXPECT_EQ(aare.diagnostic.text(), "authentication-required");
    if (aare.result != dlms::AssociationResult::Accepted) return false;
    EXPECT_TRUE(client_->channel->unprotect(aare.user_information));
    exchange_ = {.client_title = kTitle,
                 .server_title = aare.responding_ap_title.value(),
                 .client_challenge = challenge,
                 .server_challenge = aare.challenge};
    const auto counter = client_->channel->sending().take().value();
    const auto answer = client_->ask(dlms::ActionRequest{
        {},
        {cosem::association::kClass, cosem::kCurrentAssociation, 1},
        dlms::octet_string(dlms::hls_gmac(exchange_, dlms::Side::Client,
                                          proof_keys_.value_or(setup_.keys), counter))});
    const auto* action = std::get_if<dlms::ActionResponse>(&answer);
    if (action == nullptr || !action->outcome.returned) return false;
    const auto& proof = std::get<Data>(*action->outcome.returned);
    return dlms::check_hls_gmac(exchange_, dlms::Side::Server, setup_.keys, *dlms::octets_of(proof))
        .has_value();
  }

  dlms::HlsExchange exchange_;
  std::optional<dlms::CipheringKeys> proof_keys_;
};

TEST_F(CipheredDlmsTest, BothSidesProveThemselvesAndEverythingIsCiphered) {
  ASSERT_TRUE(log_in());
  EXPECT_EQ(dlms::text_of(value(1, cosem::kDeviceId, 2)), "VM00001001");
  EXPECT_EQ(dlms::integer_of(value(64, cosem::security_setup_object(0), 2)), 3);
  const auto plain =
      client_->exchange(dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}}));
  EXPECT_EQ(plain.front(), dlms::apdu_tag::kExceptionResponse);
}

TEST_F(CipheredDlmsTest, AnswersInTheWrappingItWasAskedIn) {
  ASSERT_TRUE(log_in());
  client_->channel->set_wrapping(dlms::Wrapping::GeneralGlobal);
  const Octets get = dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}});
  EXPECT_EQ(client_->exchange(client_->channel->protect(get).value()).front(), 0xDB);
}

TEST_F(CipheredDlmsTest, AWrongProofEndsTheAssociation) {
  proof_keys_ = setup_.keys;
  proof_keys_->authentication = crypto::SecretOctets{Octets(16, 1)};
  EXPECT_FALSE(log_in());
  EXPECT_EQ(server_->state(), DlmsAssociationState::Idle);
}

TEST_F(CipheredDlmsTest, ARepeatedApduIsAnsweredWithTheCounterExpected) {
  ASSERT_TRUE(log_in());
  const Octets get =
      client_->channel
          ->protect(dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}}))
          .value();
  const std::uint32_t expected = client_->channel->sending().next();
  EXPECT_EQ(client_->exchange(get).front(), 0xCC);
  const auto again = dlms::decode_apdu(client_->exchange(get));
  ASSERT_TRUE(again);
  const auto& exception = std::get<dlms::ExceptionResponse>(again.value());
  EXPECT_EQ(exception.service, dlms::ExceptionResponse::Service::InvocationCounterError);
  EXPECT_EQ(exception.invocation_counter, expected);
}

TEST_F(CipheredDlmsTest, CountersOutliveTheConnectionAndThePublicClientCanReadThem) {
  ASSERT_TRUE(log_in());
  const auto last = counters_.received.last();
  const auto next = counters_.sending.next();
  server_ = std::make_unique<DlmsServer>(setup_, counters_, fixed_challenge);
  client_.emplace(*server_, meter_, kNow);
  client_->associate();
  EXPECT_EQ(dlms::integer_of(value(1, cosem::invocation_counter_object(0), 2)), last);
  EXPECT_EQ(counters_.sending.next(), next);
}

// ---- objects ------------------------------------------------------------------------------------

TEST_F(DlmsServerTest, EveryObjectOfItsListCanBeReadInEveryAttribute) {
  open();
  const auto list = cosem::decode_object_list(value(15, cosem::kCurrentAssociation, 2));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), dlms_objects().size());
  for (const DlmsObject& object : dlms_objects()) {
    for (std::int8_t attribute = 1; attribute <= object.attributes; ++attribute) {
      if (object.class_id == cosem::association::kClass && attribute == 7) continue;  // secret
      SCOPED_TRACE(object.name.text() + " attribute " + std::to_string(attribute));
      static_cast<void>(value(object.class_id, object.name, attribute));
    }
  }
}

TEST_F(DlmsServerTest, WhatIsNotThereIsRefusedByTheRightName) {
  open();
  const auto refused = [&](std::uint16_t class_id, const cosem::ObisCode& name,
                           std::int8_t attribute) {
    return std::get<AccessResult>(client_->get(class_id, name, attribute));
  };
  EXPECT_EQ(refused(1, cosem::obis(9, 9, 9, 9, 9), 2), AccessResult::ObjectUndefined);
  EXPECT_EQ(refused(3, cosem::kClock, 2), AccessResult::ObjectClassInconsistent);
  EXPECT_EQ(refused(8, cosem::kClock, 10), AccessResult::ReadWriteDenied);
  EXPECT_EQ(refused(8, cosem::kClock, -1), AccessResult::ReadWriteDenied);
}

TEST_F(DlmsServerTest, ARangeOfTheLoadProfileIsWhatTheMeterRecorded) {
  open();
  const auto columns = cosem::decode_columns(value(7, cosem::kLoadProfile, 3));
  ASSERT_TRUE(columns);
  const UtcSeconds from = kNow - std::chrono::days{2};
  const auto bound = [](UtcSeconds time) { return dlms::octet_string(dlms::utc_date_time(time)); };
  const Data buffer = value(
      7, cosem::kLoadProfile, 2,
      dlms::select(dlms::RangeAccess{{8, cosem::kClock, 2, 0}, bound(from), bound(kNow), {}}));
  const auto rows = cosem::decode_rows(
      buffer, {.columns = *columns, .capture_period = std::chrono::minutes{30}, .zone = {}});
  ASSERT_TRUE(rows) << rows.error().what;
  const auto truth = meter_.intervals(from - std::chrono::minutes{30}, kNow);
  ASSERT_EQ(rows->size(), truth.size());
  for (std::size_t at = 0; at < truth.size(); ++at) {
    EXPECT_EQ(rows.value()[at].time, UtcTime{truth[at].start + std::chrono::minutes{30}});
    EXPECT_EQ(dlms::integer_of(rows.value()[at].cells[2]), truth[at].values[0].value);
    EXPECT_EQ(dlms::integer_of(rows.value()[at].cells[3]), truth[at].values[1].value);
  }
}

TEST_F(DlmsServerTest, EntriesAndColumnsAreCountedFromOne) {
  open();
  const Data buffer =
      value(7, cosem::kDailyProfile, 2, dlms::select(dlms::EntryAccess{2, 4, 3, 3}));
  const auto* rows = dlms::array_of(buffer);
  ASSERT_NE(rows, nullptr);
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(dlms::integer_of(dlms::structure_of((*rows)[0], 1)->front()),
            meter_.snapshots()[1].values[0].value);
  EXPECT_EQ(std::get<AccessResult>(client_->get(7, cosem::kDailyProfile, 2,
                                                dlms::select(dlms::EntryAccess{1, 0, 1, 9}))),
            AccessResult::ScopeOfAccessViolated);
}

TEST_F(DlmsServerTest, ALongAnswerComesInBlocksThatFitTheClient) {
  use(DlmsSecurity::None);
  client_->number = kDlmsManagementClient;
  client_->max_pdu = 64;
  client_->associate();
  const Data buffer = value(7, cosem::kLoadProfile, 2);
  EXPECT_EQ(dlms::array_of(buffer)->size(), meter_.intervals({}, kNow).size());
  EXPECT_GT(client_->blocks, 50);
}

TEST_F(DlmsServerTest, ABlockNobodyAskedForEndsTheTransfer) {
  open();
  const auto next = client_->ask(dlms::GetRequestNext{{}, 1});
  EXPECT_EQ(std::get<AccessResult>(std::get<dlms::GetResponseBlock>(next).content),
            AccessResult::NoLongServiceInProgress);
}

TEST_F(DlmsServerTest, ATokenIsTakenAndItsStatusTellsWhatBecameOfIt) {
  open();
  EXPECT_EQ(dlms::integer_of(dlms::structure_of(value(115, cosem::kTokenGateway, 6), 2)->front()),
            0);
  const std::string digits = "00000000000150997584";
  EXPECT_EQ(client_->act(115, cosem::kTokenGateway, 1,
                         dlms::octet_string(Octets(digits.begin(), digits.end()))),
            AccessResult::Success);
  EXPECT_EQ(dlms::integer_of(dlms::structure_of(value(115, cosem::kTokenGateway, 6), 2)->front()),
            3);
  EXPECT_EQ(dlms::text_of(value(115, cosem::kTokenGateway, 2)), digits);
  EXPECT_EQ(client_->act(115, cosem::kTokenGateway, 1, Data{std::uint8_t{1}}),
            AccessResult::TypeUnmatched);
}

TEST_F(DlmsServerTest, TheRelayIsOpenedAndArmedButNotClosedFromAfar) {
  open();
  EXPECT_EQ(dlms::integer_of(value(70, cosem::kDisconnectControl, 3)), 1);
  EXPECT_EQ(client_->act(70, cosem::kDisconnectControl, 1), AccessResult::Success);
  EXPECT_EQ(dlms::integer_of(value(70, cosem::kDisconnectControl, 3)), 0);
  EXPECT_EQ(client_->act(70, cosem::kDisconnectControl, 2), AccessResult::Success);
  EXPECT_EQ(dlms::integer_of(value(70, cosem::kDisconnectControl, 3)), 2);
  EXPECT_EQ(dlms::integer_of(value(70, cosem::kDisconnectControl, 2)), 0);
}

TEST_F(DlmsServerTest, TheClockIsSetAndShifted) {
  open();
  const UtcSeconds to = kNow + std::chrono::minutes{5};
  EXPECT_EQ(client_->set(8, cosem::kClock, 2, dlms::octet_string(dlms::utc_date_time(to))),
            AccessResult::Success);
  EXPECT_EQ(meter_.meter_time(), to);
  EXPECT_EQ(client_->act(8, cosem::kClock, 6, Data{std::int16_t{-60}}), AccessResult::Success);
  EXPECT_EQ(meter_.meter_time(), to - std::chrono::minutes{1});
  EXPECT_EQ(client_->act(8, cosem::kClock, 6, Data{std::int16_t{901}}),
            AccessResult::ScopeOfAccessViolated);
}

TEST_F(DlmsServerTest, AnOrderCarriesTheTransactionItWasGivenBefore) {
  open();
  const auto kTransaction = cosem::obis(0, 0, 128, 0, 0);
  EXPECT_EQ(client_->set(1, kTransaction, 2, Data{std::uint32_t{1207}}), AccessResult::Success);
  EXPECT_EQ(client_->act(70, cosem::kDisconnectControl, 1), AccessResult::Success);
  EXPECT_EQ(dlms::integer_of(value(1, kTransaction, 2)), 1207);
  EXPECT_EQ(client_->act(70, cosem::kDisconnectControl, 2), AccessResult::Success);
  EXPECT_EQ(dlms::integer_of(value(1, kTransaction, 2)), 1208);
}

TEST_F(DlmsServerTest, AChangeOfTenancyIsOrderedInTheMakersObject) {
  open();
  const Data change =
      dlms::Structure{{Data{std::uint32_t{1U << static_cast<unsigned>(ChangeAction::PurgeProfile)}},
                       Data{dlms::Enum{1}}, Data{std::uint32_t{77}}, Data{}}};
  EXPECT_EQ(client_->set(1, cosem::obis(0, 0, 128, 1, 0), 2, change), AccessResult::Success);
  ASSERT_EQ(meter_.changes_fired().size(), 1U);
  EXPECT_EQ(meter_.changes_fired().front().event_id, 77U);
  EXPECT_TRUE(dlms::array_of(value(7, cosem::kLoadProfile, 2))->empty());
}

TEST_F(DlmsServerTest, ALongRequestComesInBlocksToo) {
  open();
  const Octets content =
      dlms::encode_data(dlms::octet_string(dlms::utc_date_time(kNow + std::chrono::minutes{1})));
  const auto blocks = dlms::cut_into_blocks(content, 8);
  ASSERT_EQ(blocks.size(), 2U);
  const auto first =
      client_->ask(dlms::SetRequestFirstBlock{{}, {8, cosem::kClock, 2, {}}, blocks[0]});
  EXPECT_EQ(std::get<dlms::SetResponseBlock>(first).number, 1U);
  const auto last = client_->ask(dlms::SetRequestBlock{{}, blocks[1]});
  EXPECT_EQ(std::get<dlms::SetResponseLastBlock>(last).result, AccessResult::Success);
  EXPECT_EQ(meter_.meter_time(), kNow + std::chrono::minutes{1});
}

TEST_F(DlmsServerTest, AMeterWithoutPowerIsSilent) {
  open();
  meter_.cut_power(kNow);
  const Octets get = dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}});
  EXPECT_FALSE(server_->serve(get, kDlmsManagementClient, meter_, kNow));
}

TEST_F(DlmsServerTest, AMeterThatWasWithoutPowerKnowsNoAssociation) {
  open();
  meter_.cut_power(kNow);
  meter_.restore_power(kNow);
  const Octets get = dlms::encode_apdu(dlms::GetRequest{{}, {1, cosem::kDeviceId, 2, {}}});
  const auto answer = server_->serve(get, kDlmsManagementClient, meter_, kNow);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<dlms::ExceptionResponse>(dlms::decode_apdu(*answer).value()));
}

TEST(DlmsReaction, ToEveryInputInEveryStateIsDefined) {
  for (std::size_t state = 0; state < kDlmsAssociationStates; ++state) {
    const auto in = static_cast<DlmsAssociationState>(state);
    EXPECT_EQ(dlms_reaction(in, DlmsInput::Aarq), DlmsReaction::Judge);
    EXPECT_EQ(dlms_reaction(in, DlmsInput::LinkLost), DlmsReaction::Forget);
    EXPECT_EQ(dlms_reaction(in, DlmsInput::Service) == DlmsReaction::Serve,
              in == DlmsAssociationState::Associated);
  }
}

}  // namespace
}  // namespace metergate::sim
