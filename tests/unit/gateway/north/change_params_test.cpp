// SPDX-License-Identifier: Apache-2.0
// Orders that change whose meter it is, who supplies and what it costs: what they may ask for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "requests.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::StartsWith;

TEST(ChangeRegistryParams, AChangeThatMakesNoSenseIsRefusedWithItsField) {
  struct Case {
    json::object params;
    Reason reason;
    const char* field;
  };
  for (const Case& one : {
           Case{{{"change", "divorce"}}, Reason::OutOfRange, "params.change"},
           Case{{{"change", "unassign"}}, Reason::MissingField, "params.meter"},
           Case{{{"change", "unassign"}, {"meter", "house-001"}, {"location", "flat-1"}},
                Reason::UnknownField,
                "params.location"},
           Case{{{"change", "unassign"}, {"meter", "a/b"}},
                Reason::InvalidIdentifier,
                "params.meter"},
           Case{{{"change", "unassign"}, {"meter", ""}}, Reason::InvalidIdentifier, "params.meter"},
           Case{{{"change", "settle"}, {"serial", "VM1"}, {"seat", "lost"}},
                Reason::OutOfRange,
                "params.seat"},
           Case{{{"change", "settle"},
                 {"serial", "VM1"},
                 {"seat", "seen"},
                 {"effective", "2026-03-01T10:00:00Z"}},
                Reason::UnknownField,
                "params.effective"},
           Case{{{"change", "settle"},
                 {"serial", "VM1"},
                 {"seat", "seen"},
                 {"change_tenancy", true}},
                Reason::UnknownField,
                "params.change_tenancy"},
       }) {
    const std::string body = json::serialize(order_of(one.params));
    const Refusal refusal = refusal_of(to_box("change-registry", body)).refusal;
    EXPECT_EQ(reason_word(refusal.reason), reason_word(one.reason)) << body;
    EXPECT_EQ(refusal.field, one.field) << body;
    EXPECT_NE(refusal.expected, "") << body;
  }
}

TEST(ChangeParams, ActionsAreEachOnceOfThoseAllowed) {
  const json::object tenancy{{"situation", "leaves-now"}};
  const auto with = [](json::object params, json::value actions) {
    params["actions"] = std::move(actions);
    return order_of(std::move(params));
  };
  const auto chosen = std::get<ChangeTenancy>(
      taken("change-tenancy", with(tenancy, {"purge-profile", "reset-balance"})).params);
  ChangeActions expected;
  expected.add(ChangeAction::PurgeProfile);
  expected.add(ChangeAction::ResetBalance);
  EXPECT_EQ(chosen.order.actions, expected);
  EXPECT_EQ(
      std::get<ChangeTenancy>(taken("change-tenancy", order_of(tenancy)).params).order.actions,
      ChangeActions::all());
  for (const json::value& wrong : {json::value{"reset-balance", "reset-balance"},
                                   json::value{"purge-everything", "x"}, json::value{7, 8}}) {
    const Refusal refusal = refusal_of("change-tenancy", with(tenancy, wrong)).refusal;
    EXPECT_EQ(refusal.reason, Reason::OutOfRange);
    EXPECT_EQ(refusal.field, "params.actions");
    EXPECT_THAT(refusal.expected, StartsWith("each once of billing-before, "));
  }
  // A supplier has no right to a tenant's values.
  const Refusal purging =
      refusal_of("change-supplier", with({{"supplier_id", 2}, {"supplier_name", "South Power"}},
                                         {"purge-profile", "reset-balance"}))
          .refusal;
  EXPECT_EQ(purging.expected, "each once of billing-before, billing-after, reset-balance");
}

TEST(ChangeParams, WhatCannotBeIsRefusedWithWhatCan) {
  struct Case {
    const char* verb;
    json::object params;
    const char* field;
    const char* expected;
  };
  for (const Case& one : {
           Case{"change-tenancy",
                {{"situation", "vanishes"}},
                "params.situation",
                "left-unannounced, leaves-now or leaves-later"},
           Case{"change-tenancy",
                {{"situation", "leaves-later"}},
                "params.effective",
                "the time he leaves"},
           Case{"change-tenancy",
                {{"situation", "leaves-now"}, {"effective", "2026-04-01T00:00:00Z"}},
                "params.effective",
                "with situation leaves-later only"},
           Case{"change-tenancy",
                {{"situation", "leaves-now"}, {"relay", "on"}},
                "params.relay",
                "unchanged, off or armed"},
           Case{"change-supplier",
                {{"supplier_id", 2}, {"supplier_name", "A name that is too long"}},
                "params.supplier_name",
                "1 to 16 printable ASCII characters"},
       }) {
    const Refusal refusal = refusal_of(one.verb, order_of(one.params)).refusal;
    EXPECT_EQ(refusal.field, one.field);
    EXPECT_EQ(refusal.expected, one.expected);
  }
}

}  // namespace
}  // namespace metergate::north
