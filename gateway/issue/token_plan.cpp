// SPDX-License-Identifier: Apache-2.0
#include "gateway/issue/token_plan.hpp"

#include <string>

namespace metergate::issue {
namespace {

constexpr std::uint64_t kWhPerUnit = 100;  // a credit counts 0.1 kWh
constexpr std::int64_t kLimitStepW = 10;   // 0.01 kW (J-33)

Refusal out_of_range(std::string field, std::string value, std::string expected) {
  return {Reason::OutOfRange, std::move(field), std::move(value), std::move(expected)};
}

Refusal meter_fault(const FieldFault& fault) {
  return {Reason::NotInThisState, "meter.sts." + std::string{fault.field}, fault.value,
          std::string{fault.expected}};
}

Result<sts::TokenIdentifier, Refusal> next_tid(const sts::KeyDerivation& from,
                                               const PlanFacts& facts) {
  const auto clock = sts::token_identifier(facts.now, {from.base_date, {}});
  if (!clock) return failure(meter_fault(clock.error()));
  std::optional<sts::TokenIdentifier> last;
  if (facts.last_tid) last = sts::TokenIdentifier::from_minutes(*facts.last_tid);
  const auto next = sts::next_token_identifier(*clock, last);
  if (!next) {
    return failure(Refusal{Reason::NotInThisState, "meter.sts.base_date",
                           std::string{sts::base_date_code(from.base_date)},
                           "a base date whose token identifiers are not used up"});
  }
  return *next;
}

Result<TokenPlan, Refusal> credit(const TokenOrder& order, const sts::TokenIdentifier& tid,
                                  const PlanFacts& facts) {
  const auto wh = static_cast<std::uint64_t>(order.value);
  // Any part of a unit is a unit: a customer never gets less than he paid for.
  const auto amount = sts::TransferAmount::from_units((wh + kWhPerUnit - 1) / kWhPerUnit);
  if (order.value <= 0 || !amount) {
    return failure(
        out_of_range("params.energy_wh", std::to_string(order.value),
                     "1 to " + std::to_string(sts::TransferAmount::kMaxUnits * kWhPerUnit)));
  }
  return TokenPlan{
      SingleToken{sts::UnitCredit{sts::Commodity::Electricity, facts.random, tid, *amount}}};
}

Result<TokenPlan, Refusal> limit(const TokenOrder& order, sts::Management management,
                                 const sts::TokenIdentifier& tid, const PlanFacts& facts) {
  const bool codable = order.value >= kLimitStepW;
  const auto amount =
      sts::TransferAmount::from_units(static_cast<std::uint64_t>(codable ? order.value : 0));
  if (!codable || !amount || order.value % kLimitStepW != 0) {
    return failure(out_of_range(
        "params.power_w", std::to_string(order.value),
        "10 to " + std::to_string(sts::TransferAmount::kMaxUnits) + " in steps of 10 (0.01 kW)"));
  }
  return TokenPlan{
      SingleToken{sts::ManagementToken{management, facts.random, tid, amount->code()}}};
}

Result<TokenPlan, Refusal> clear_credit(const TokenOrder& order, const sts::TokenIdentifier& tid,
                                        const PlanFacts& facts) {
  std::uint16_t number = sts::kAllCreditRegisters;
  if (order.word == "electricity") {
    number = sts::unit_register(sts::Commodity::Electricity);
  } else if (order.word == "electricity-currency") {
    number = sts::currency_register(sts::Commodity::Electricity);
  } else if (order.word != "all") {
    return failure(
        out_of_range("params.register", order.word, "all, electricity or electricity-currency"));
  }
  return TokenPlan{
      SingleToken{sts::ManagementToken{sts::Management::ClearCredit, facts.random, tid, number}}};
}

Result<TokenPlan, Refusal> meter_test(const TokenOrder& order, const sts::KeyDerivation& from) {
  const bool four = from.pan.drn().manufacturer().size() == 4;
  sts::InitiateMeterTest content;
  content.form = four ? sts::ManufacturerForm::FourDigits : sts::ManufacturerForm::TwoDigits;
  if (order.word == "all") {
    content.control = sts::all_tests(content.form);
  } else if (const auto test = sts::parse_meter_test(order.word)) {
    content.control = sts::control_bit(*test);
  } else {
    std::string words = "all";
    for (std::size_t i = 0; i < sts::kMeterTests; ++i) {
      words += ", " + std::string{sts::meter_test_word(static_cast<sts::MeterTest>(i))};
    }
    return failure(out_of_range("params.test", order.word, std::move(words)));
  }
  return TokenPlan{SingleToken{content}};
}

Result<TokenPlan, Refusal> key_change(const TokenOrder& order, const sts::KeyDerivation& from) {
  if (!order.confirmed) {
    return failure(Refusal{Reason::ConfirmationMissing, "params.confirmed", "",
                           "true: the meter will take no token of its present key any more"});
  }
  const auto same = [&](std::string field, std::string value) {
    return failure(
        out_of_range(std::move(field), std::move(value), "another one than the meter has"));
  };
  KeyChange change{from};
  switch (order.function) {
    case TokenFunction::TariffIndex: {
      const auto index = sts::TariffIndex::of(static_cast<unsigned>(order.value));
      if (!index)
        return failure(out_of_range("params.tariff_index", index.error().value, "0 to 99"));
      if (*index == from.tariff_index) return same("params.tariff_index", index->digits());
      change.to.tariff_index = *index;
      break;
    }
    case TokenFunction::SupplyGroup: {
      const auto group = sts::SupplyGroupCode::of(static_cast<std::uint32_t>(order.value));
      if (!group)
        return failure(out_of_range("params.supply_group", group.error().value, "six digits"));
      // Whoever believes the meter to be elsewhere has the wrong meter before him (J-47).
      if (!order.old_supply_group || *order.old_supply_group != from.supply_group.number()) {
        return failure(out_of_range(
            "params.old_supply_group",
            order.old_supply_group ? std::to_string(*order.old_supply_group) : std::string{},
            "the meter's present supply group, as it is recorded"));
      }
      if (*group == from.supply_group) return same("params.supply_group", group->digits());
      change.to.supply_group = *group;
      break;
    }
    default: {
      const auto revision = sts::KeyRevisionNumber::of(static_cast<unsigned>(order.value));
      if (!revision)
        return failure(out_of_range("params.key_revision", revision.error().value, "1 to 9"));
      if (*revision == from.key_revision) {
        return same("params.key_revision", std::to_string(revision->number()));
      }
      change.to.key_revision = *revision;
      break;
    }
  }
  return TokenPlan{change};
}

}  // namespace

Result<sts::KeyDerivation, Refusal> derivation_of(const StoredSts& stored) {
  const auto pan = sts::MeterPan::parse(stored.pan);
  if (!pan) return failure(meter_fault(pan.error()));
  const auto group = sts::SupplyGroupCode::of(stored.supply_group);
  if (!group) return failure(meter_fault(group.error()));
  const auto index = sts::TariffIndex::of(stored.tariff_index);
  if (!index) return failure(meter_fault(index.error()));
  const auto revision = sts::KeyRevisionNumber::of(stored.key_revision);
  if (!revision) return failure(meter_fault(revision.error()));
  const auto type = sts::key_type_of(stored.key_type);
  if (!type) {
    return failure(Refusal{Reason::NotInThisState, "meter.sts.key_type",
                           std::to_string(stored.key_type), "0 to 3"});
  }
  return sts::KeyDerivation{static_cast<sts::KeyGeneration>(stored.generation),
                            static_cast<sts::EncryptionAlgorithm>(stored.algorithm),
                            *pan,
                            *group,
                            *index,
                            *revision,
                            *type,
                            static_cast<sts::BaseDate>(stored.base_date)};
}

Result<TokenPlan, Refusal> plan(const TokenOrder& order, const sts::KeyDerivation& from,
                                const PlanFacts& facts) {
  if (traits_of(order.function).is_key_change) return key_change(order, from);
  if (order.function == TokenFunction::MeterTest) return meter_test(order, from);
  if (order.function == TokenFunction::PhaseUnbalanceLimit && !facts.is_polyphase) {
    return failure(Refusal{Reason::UnsupportedByMeter, "params.function", "phase-unbalance-limit",
                           "a polyphase meter (meter.sts.phases = 3)"});
  }
  const auto tid = next_tid(from, facts);
  if (!tid) return failure(tid.error());
  switch (order.function) {
    case TokenFunction::Credit:
    case TokenFunction::FreeIssue:
      return credit(order, *tid, facts);
    case TokenFunction::PowerLimit:
      return limit(order, sts::Management::SetMaximumPowerLimit, *tid, facts);
    case TokenFunction::PhaseUnbalanceLimit:
      return limit(order, sts::Management::SetMaximumPhasePowerUnbalanceLimit, *tid, facts);
    case TokenFunction::ClearCredit:
      return clear_credit(order, *tid, facts);
    default:
      return TokenPlan{SingleToken{
          sts::ManagementToken{sts::Management::ClearTamperCondition, facts.random, *tid, 0}}};
  }
}

}  // namespace metergate::issue
