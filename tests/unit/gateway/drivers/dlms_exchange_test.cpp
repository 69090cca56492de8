// SPDX-License-Identifier: Apache-2.0
// What every operation over DLMS makes of answers that are none, and of refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_model.hpp"
#include "tests/support/scripted_dlms_meter.hpp"

namespace metergate {
namespace {

using dlms::AccessResult;
using dlms::Data;
using operation::MeterRefusal;
using testing::HasSubstr;
using testing::StartsWith;
using Reason = OperationFault::Reason;

constexpr UtcSeconds kMorning{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                              std::chrono::hours{10}};

class DlmsExchanges : public testing::Test {
 protected:
  DlmsExchanges() {
    meter_.attributes = {{{cosem::kDeviceId, 2}, Data{dlms::VisibleString{"VM00001001"}}},
                         {{cosem::kFirmwareId, 2}, Data{dlms::VisibleString{"1.0.0"}}},
                         {{cosem::kClock, 2}, dlms::octet_string(dlms::utc_date_time(kMorning))}};
  }
  OperationFault fault(const operation::Operation& operation) {
    const auto result = meter_.run(driver_, operation);
    EXPECT_FALSE(result);
    return result ? OperationFault{} : result.error();
  }
  void answers(const dlms::Apdu& apdu) {
    meter_.instead = [apdu](const auto&) { return test::ScriptedDlmsMeter::answer(apdu); };
  }

  const model::MeterModel model_ = sim::dlms_model();
  DlmsDriver driver_{model_};
  test::ScriptedDlmsMeter meter_;
};

TEST_F(DlmsExchanges, OctetsThatAreNoApduAreToldWithTheirPlace) {
  meter_.instead = [](const auto&) { return WireAnswer{Octets{0xC4, 0x01}, {}}; };
  const OperationFault cut = fault(operation::ReadClock{});
  EXPECT_EQ(cut.reason, Reason::Meaningless);
  EXPECT_THAT(cut.what, StartsWith("the answer is no APDU: "));
  EXPECT_THAT(cut.what, HasSubstr("at octet 2"));
}

TEST_F(DlmsExchanges, AnAnswerToSomethingElseIsNamedWithTheQuestion) {
  answers(dlms::DataNotification{});
  const OperationFault told = fault(operation::ReadClock{});
  EXPECT_EQ(told.reason, Reason::Meaningless);
  EXPECT_EQ(told.what, "data-notification is no answer to get-request-normal");
}

TEST_F(DlmsExchanges, WhatASetOrAnActionIsAnsweredWithIsNoAnswerToAQuestion) {
  for (const auto result : {AccessResult::Success, AccessResult::ReadWriteDenied}) {
    for (const dlms::Apdu& apdu : {dlms::Apdu{dlms::SetResponse{{}, result}},
                                   dlms::Apdu{dlms::ActionResponse{{}, {result, {}}}}}) {
      answers(apdu);
      const std::vector<operation::Operation> questions{
          operation::Identify{}, operation::ReadClock{}, operation::ReadRelay{},
          operation::ReadRegisters{}};
      for (const operation::Operation& question : questions) {
        const OperationFault told = fault(question);
        EXPECT_EQ(told.reason, Reason::Meaningless);
        EXPECT_THAT(told.what,
                    StartsWith(std::string{dlms::apdu_word(apdu)} + " is no answer to "));
      }
    }
  }
}

TEST_F(DlmsExchanges, AMeterThatConfusesQuestionsAndOrdersIsGivenNoOrder) {
  meter_.instead = [](const dlms::Apdu& asked) -> std::optional<WireResult> {
    if (!std::holds_alternative<dlms::GetRequest>(asked)) return std::nullopt;
    return test::ScriptedDlmsMeter::answer(dlms::SetResponse{{}, AccessResult::Success});
  };
  model::MeterModel without_transaction = model_;
  without_transaction.dlms.transaction.reset();
  without_transaction.dlms.outcome.reset();
  const DlmsDriver driver{without_transaction};
  const auto told = meter_.run(driver, operation::OperateRelay{SupplyState::On, 7});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, Reason::Meaningless);
  EXPECT_TRUE(meter_.requests<dlms::ActionRequest>().empty());
}

TEST_F(DlmsExchanges, AMeterThatWillNotLookAtARequestRefusesIt) {
  const dlms::ExceptionResponse no{dlms::ExceptionResponse::State::ServiceNotAllowed,
                                   dlms::ExceptionResponse::Service::OperationNotPossible,
                                   {}};
  answers(no);
  const OperationFault told = fault(operation::ReadClock{});
  EXPECT_EQ(told.reason, Reason::Refused);
  EXPECT_EQ(told.refusal, MeterRefusal::NotPermitted);
  EXPECT_EQ(told.what, dlms::text(no));
}

// Lists are not for every meter (Green Book, 9.1.4.2.2: `multiple-references` of the conformance).
TEST_F(DlmsExchanges, AMeterWithoutListsIsAskedOneByOneFromThenOn) {
  for (const dlms::Apdu& no : {dlms::Apdu{dlms::ExceptionResponse{}},
                               dlms::Apdu{dlms::GetResponse{{}, AccessResult::OtherReason}},
                               dlms::Apdu{dlms::GetResponseList{{}, {AccessResult::Success}}}}) {
    const DlmsDriver fresh{model_};
    meter_.asked.clear();
    meter_.instead = [&](const dlms::Apdu& asked) -> std::optional<WireResult> {
      if (!std::holds_alternative<dlms::GetRequestList>(asked)) return std::nullopt;
      return test::ScriptedDlmsMeter::answer(no);
    };
    for (int i = 0; i < 2; ++i) {
      const auto identity = meter_.run(fresh, operation::Identify{});
      ASSERT_TRUE(identity) << identity.error().what;
      EXPECT_EQ(std::get<operation::Identity>(*identity).firmware, "1.0.0");
    }
    EXPECT_EQ(meter_.requests<dlms::GetRequestList>().size(), 1U) << dlms::apdu_word(no);
    EXPECT_EQ(meter_.requests<dlms::GetRequest>().size(), 4U);
  }
}

// Data-Access-Result of the Green Book, 9.5.
TEST_F(DlmsExchanges, WhyAnAttributeIsNotGivenIsARefusalOfOurs) {
  struct Case {
    AccessResult result;
    MeterRefusal refusal;
    const char* what;
  };
  const Case cases[]{
      {AccessResult::ReadWriteDenied, MeterRefusal::NotPermitted,
       "DLMS result 3, read-write-denied"},
      {AccessResult::TemporaryFailure, MeterRefusal::NotPermitted,
       "DLMS result 2, temporary-failure"},
      {AccessResult::ObjectUndefined, MeterRefusal::NotSupported,
       "DLMS result 4, object-undefined"},
      {AccessResult::ObjectUnavailable, MeterRefusal::NotSupported,
       "DLMS result 11, object-unavailable"},
      {AccessResult::ObjectClassInconsistent, MeterRefusal::NotSupported,
       "DLMS result 9, object-class-inconsistent"},
      {AccessResult::ScopeOfAccessViolated, MeterRefusal::OutOfRange,
       "DLMS result 13, scope-of-access-violated"},
      {AccessResult::TypeUnmatched, MeterRefusal::OutOfRange, "DLMS result 12, type-unmatched"},
      {AccessResult::HardwareFault, MeterRefusal::Other, "DLMS result 1, hardware-fault"},
  };
  for (const Case& one : cases) {
    meter_.attributes[{cosem::kClock, 2}] = one.result;
    const OperationFault told = fault(operation::ReadClock{});
    EXPECT_EQ(told.reason, Reason::Refused) << one.what;
    EXPECT_EQ(told.refusal, one.refusal) << one.what;
    EXPECT_EQ(told.what, one.what);
  }
}

TEST_F(DlmsExchanges, AnOrderMayHaveArrivedUnlessItsOwnRequestNeverLeft) {
  using Link = LinkFault::Reason;
  const auto lost_at = [&](std::size_t request, Link reason) {
    meter_.asked.clear();
    meter_.instead = [&meter = meter_, request, reason](const auto&) -> std::optional<WireResult> {
      if (meter.asked.size() != request) return std::nullopt;
      return failure(LinkFault{reason, "the line is down"});
    };
    const OperationFault told = fault(operation::OperateRelay{SupplyState::Off, 7});
    EXPECT_EQ(told.reason, Reason::Link);
    EXPECT_EQ(told.link->reason, reason);
    EXPECT_EQ(told.what, "the line is down");
    return told.order_may_have_arrived;
  };
  // The transaction's number, the order, the question for its outcome.
  EXPECT_FALSE(lost_at(1, Link::NoAnswer));
  EXPECT_FALSE(lost_at(2, Link::NotSent));
  EXPECT_TRUE(lost_at(2, Link::NoAnswer));
  EXPECT_TRUE(lost_at(2, Link::BadFrame));
  EXPECT_TRUE(lost_at(3, Link::NotSent)) << "of the question nothing follows for the order";
}

TEST_F(DlmsExchanges, AnOperationThatNeverEndsIsGivenUp) {
  model::MeterModel endless = model_;
  endless.dlms.outcome.reset();
  endless.dlms.transaction.reset();
  meter_.attributes[{cosem::kDisconnectControl, cosem::disconnect_control::kControlState}] =
      Data{dlms::Enum{1}};
  // Time stands still, so that the relay never is late.
  meter_.on_pause = [&] { meter_.now = {}; };
  const DlmsDriver driver{endless};
  const auto result = meter_.run(driver, operation::OperateRelay{SupplyState::Off, 7});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::Meaningless);
  EXPECT_THAT(result.error().what, StartsWith("no end after "));
}

// ---- values that cannot be what their objects hold ----------------------------------------------

TEST_F(DlmsExchanges, AnObjectThatHoldsSomethingElseHasNoMeaning) {
  const cosem::ObisCode tariff = *model_.dlms.tariff;
  const cosem::ObisCode energy = cosem::obis(1, 0, 1, 8, 0);
  const Data one_tariff =
      dlms::Structure{{std::uint32_t{1}, std::uint32_t{1}, std::uint32_t{40},
                       dlms::VisibleString{"North"}, dlms::Array{{Data{std::uint8_t{1}}}}}};
  struct Case {
    operation::Operation operation;
    test::ScriptedDlmsMeter::Attribute attribute;
    Data holds;
    const char* what;
  };
  const std::uint8_t number = 7;
  const Case cases[]{
      {operation::Identify{},
       {cosem::kDeviceId, 2},
       number,
       "the serial number object holds no serial number"},
      {operation::ReadClock{}, {cosem::kClock, 2}, number, "the clock object holds no time"},
      {operation::ReadRelay{},
       {cosem::kDisconnectControl, 3},
       number,
       "control_state is 7, must be 0, 1 or 2"},
      {operation::ReadRelay{},
       {cosem::kDisconnectControl, 3},
       dlms::VisibleString{"on"},
       "control_state is no number, must be 0, 1 or 2"},
      {operation::ReadTransaction{1},
       {*model_.dlms.outcome, 2},
       number,
       "the outcome object holds no outcome"},
      {operation::ReadTariff{}, {tariff, 2}, number, "the tariff object holds no tariff"},
      {operation::ReadTariff{}, {tariff, 2}, one_tariff, "the tariff object holds no tariff"},
      {operation::ReadRegisters{{energy}},
       {energy, 2},
       dlms::VisibleString{"much"},
       "import_active_energy is no number with a scaler"},
  };
  meter_.attributes[{energy, 3}] = cosem::encode_scaler_unit({0, 30});
  for (const Case& one : cases) {
    meter_.attributes[one.attribute] = one.holds;
    const OperationFault told = fault(one.operation);
    EXPECT_EQ(told.reason, Reason::Meaningless) << one.what;
    EXPECT_EQ(told.what, one.what);
  }
}

// Units by number: Blue Book, table 4.
TEST_F(DlmsExchanges, ARegisterInAnotherUnitThanTheModelsIsNoReading) {
  const cosem::ObisCode energy = cosem::obis(1, 0, 1, 8, 0);
  meter_.attributes[{energy, 2}] = Data{std::uint32_t{1'234}};
  meter_.attributes[{energy, 3}] = cosem::encode_scaler_unit({0, 27});  // W
  const OperationFault told = fault(operation::ReadRegisters{{energy}});
  EXPECT_EQ(told.reason, Reason::Meaningless);
  EXPECT_EQ(told.what, "import_active_energy is in unit 27, must be Wh");
}

TEST_F(DlmsExchanges, TariffsThatWaitAreReadWithTheirTimes) {
  const auto tariff = [](std::uint32_t id, Data last) -> Data {
    return dlms::Structure{
        {id, std::uint32_t{3}, std::uint32_t{40}, dlms::VisibleString{"North"}, std::move(last)}};
  };
  meter_.attributes[{*model_.dlms.tariff, 2}] =
      tariff(1, dlms::Array{{tariff(2, dlms::octet_string(dlms::utc_date_time(kMorning)))}});
  const auto reading = test::answer_of<TariffReading>(meter_.run(driver_, operation::ReadTariff{}));
  EXPECT_EQ(reading.active, (Tariff{1, {3, "North"}, 40}));
  ASSERT_EQ(reading.pending.size(), 1U);
  EXPECT_EQ(reading.pending[0].tariff, (Tariff{2, {3, "North"}, 40}));
  EXPECT_EQ(reading.pending[0].activates, kMorning);
}

// The id has four bits, and a late answer fits the question that has it again.
TEST_F(DlmsExchanges, QuestionsToAMeterHaveDifferentIdsHoweverManyGoToOthersBetween) {
  const auto id_for = [&](std::uint16_t meter) {
    const auto exchange = driver_.start(operation::ReadClock{}, {meter, {}}, Pace::Full);
    const DriverStep step = exchange->begin({});
    const auto asked = dlms::decode_apdu(std::get<Transact>(step).request.octets);
    return std::get<dlms::GetRequest>(asked.value()).invoke;
  };
  const dlms::InvokeId first = id_for(1);
  for (int others = 0; others < 15; ++others) id_for(2);
  EXPECT_NE(id_for(1), first);
}

TEST_F(DlmsExchanges, WhatTheModelDoesNotNameIsUnsupported) {
  model::MeterModel bare = model_;
  bare.dlms = {};
  const DlmsDriver driver{bare};
  for (const operation::Operation& operation :
       {operation::Operation{operation::Identify{}}, operation::Operation{operation::ReadLog{}},
        operation::Operation{operation::ReadBilling{}}, operation::Operation{operation::SetClock{}},
        operation::Operation{operation::ReadTariff{}}}) {
    const auto result = meter_.run(driver, operation);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, Reason::Unsupported);
    EXPECT_THAT(result.error().what, StartsWith("model virtual-prepayment-dlms has no "));
    // Whoever goes on with it all the same gets the same answer, and nothing is sent.
    const auto exchange = driver.start(operation, {}, Pace::Full);
    EXPECT_TRUE(std::holds_alternative<Finished>(exchange->resume({})));
    EXPECT_TRUE(std::holds_alternative<Finished>(exchange->answered(WireAnswer{}, {})));
  }
  EXPECT_TRUE(meter_.asked.empty());
}

}  // namespace
}  // namespace metergate
