// SPDX-License-Identifier: Apache-2.0
// R15: every right x who holds what x how he is known x who approves x which rules; generated from
// the table of rights that the code uses.
#include <gtest/gtest.h>

#include "gateway/access/decide_right.hpp"
#include "tests/unit/gateway/access/access_samples.hpp"

namespace metergate::access {
namespace {

constexpr unsigned kSubsets = 1U << kRights.size();

/// One bit for each right, in the order of the table.
Role role_of(const std::string& name, unsigned rights) {
  Role out{.name = name, .functions = {}};
  for (std::size_t i = 0; i < kRights.size(); ++i) out.*kRights[i].held = (rights >> i & 1U) != 0;
  return out;
}

struct Cell {
  unsigned held = 0;                   ///< rights of whoever asks
  std::optional<unsigned> approves{};  ///< rights of the second operator, if there is one
  IdentityProof proof = IdentityProof::None;
  bool owns_box = false;
  bool configured = true;
  bool require_signature = true;
};

AccessRules rules_of(const Cell& cell) {
  AccessRules out;
  out.configured = cell.configured;
  out.require_signature = cell.require_signature;
  if (!cell.configured) return out;
  out.roles = {role_of("asks", cell.held), role_of("approves", cell.approves.value_or(0)),
               // Somebody else holds everything: that is no right of anybody here.
               role_of("all", kSubsets - 1)};
  out.operators = {sample_operator("one", {"asks"}, 1), sample_operator("two", {"approves"}, 2),
                   sample_operator("other", {"all"}, 3)};
  return out;
}

/// The law, said once more in other words than the code's: nothing but what is written.
bool is_allowed(const Cell& cell, std::size_t right) {
  if (!cell.configured) return cell.owns_box && cell.proof == IdentityProof::LocalUser;
  switch (cell.proof) {
    case IdentityProof::Signature:
    case IdentityProof::LocalUser:
      break;
    case IdentityProof::Broker:
      if (cell.require_signature) return false;
      break;
    default:
      return false;
  }
  const auto holds = [right](unsigned rights) { return (rights & 1U << right) != 0; };
  return holds(cell.held) && (!cell.approves || holds(*cell.approves));
}

std::size_t judge_all_rights(const Cell& cell) {
  const AccessRules rules = rules_of(cell);
  Identities who{{"one", cell.proof, "", cell.owns_box}, std::nullopt};
  if (cell.approves) who.approver = Identity{"two", IdentityProof::Signature, "", false};
  for (std::size_t i = 0; i < kRights.size(); ++i) {
    EXPECT_EQ(decide_right(rules, kRights[i], who).has_value(), is_allowed(cell, i))
        << kRights[i].word << ", holds " << cell.held << ", proof "
        << identity_proof_word(cell.proof);
  }
  return kRights.size();
}

TEST(RightMatrix, EveryCellIsDecidedAsWrittenAndEverythingElseIsDenied) {
  std::size_t cells = 0;
  for (unsigned held = 0; held < kSubsets; ++held) {
    // One more than there are subsets: nobody approves.
    for (unsigned approves = 0; approves <= kSubsets; ++approves) {
      for (const IdentityProof proof :
           {IdentityProof::None, IdentityProof::Signature, IdentityProof::LocalUser,
            IdentityProof::Broker, IdentityProof::Order}) {
        for (unsigned rest = 0; rest < 8; ++rest) {
          cells +=
              judge_all_rights({held, approves == kSubsets ? std::nullopt : std::optional{approves},
                                proof, (rest & 1U) != 0, (rest & 2U) != 0, (rest & 4U) != 0});
        }
      }
    }
  }
  EXPECT_EQ(cells, kSubsets * (kSubsets + 1) * 5 * 8 * kRights.size());
}

TEST(RightMatrix, NobodyWhoIsNotNamedHasARight) {
  const AccessRules rules = rules_of({.held = kSubsets - 1});
  for (const Right& right : kRights) {
    for (const std::string name : {"", "One", "stranger", "asks"}) {
      const Identities who{{name, IdentityProof::LocalUser, "", true}, std::nullopt};
      EXPECT_FALSE(decide_right(rules, right, who)) << right.word << " for " << name;
    }
  }
}

TEST(RightMatrix, EachRightIsARoleOfItsOwn) {
  for (std::size_t i = 0; i < kRights.size(); ++i) {
    for (std::size_t k = 0; k < kRights.size(); ++k) {
      EXPECT_EQ(kRights[i].held == kRights[k].held, i == k);
      EXPECT_EQ(kRights[i].word == kRights[k].word, i == k);
    }
  }
}

}  // namespace
}  // namespace metergate::access
