// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "storage/tenancy_record.hpp"
#include "tests/soak/promises.hpp"

/// The tenancies of the ledger against the changes the meter knows to have brought into force.
namespace metergate::soak {
namespace {

using virtual_meter::ChangeFired;

/// How much the time of a change at once, as the box knows it, may differ from the meter's.
constexpr std::chrono::seconds kTellsTheTime{30};

std::vector<ChangeFired> tenancies_of_meter(const Case& one) {
  std::vector<ChangeFired> out;
  std::ranges::copy_if(
      one.flat.meter().changes_fired(), std::back_inserter(out),
      [](const ChangeFired& fired) { return fired.kind == ChangeFired::Kind::Tenancy; });
  return out;
}

struct Matched {
  std::vector<std::pair<StoredTenancy, ChangeFired>> pairs;
  std::vector<StoredTenancy> for_nothing;
  std::vector<ChangeFired> unseen;
};

Matched match(const Case& one) {
  Matched out;
  const auto fired = tenancies_of_meter(one);
  auto next = fired.begin();
  const auto tenancies = *one.ledger.tenancies(one.stored.key);
  for (const StoredTenancy& tenancy : tenancies) {
    if (tenancy.epoch == 1) continue;
    const auto found = std::find_if(next, fired.end(), [&](const ChangeFired& change) {
      return change.transaction == tenancy.transaction;
    });
    if (found == fired.end()) {
      out.for_nothing.push_back(tenancy);
      continue;
    }
    out.unseen.insert(out.unseen.end(), next, found);
    out.pairs.emplace_back(tenancy, *found);
    next = found + 1;
  }
  out.unseen.insert(out.unseen.end(), next, fired.end());
  return out;
}

}  // namespace

std::vector<Boundary> boundaries(const Case& one) {
  std::vector<Boundary> out;
  for (const auto& [tenancy, fired] : match(one).pairs) {
    const UtcSeconds before = out.empty() ? UtcSeconds{} : out.back().effective;
    out.push_back({tenancy.epoch, std::max(before, fired.effective)});
  }
  return out;
}

void check_tenancies(const Case& one) {
  const Matched matched = match(one);
  for (const StoredTenancy& tenancy : matched.for_nothing) {
    one.broken("a tenancy opens once, when the meter changes it", "a change at the meter",
               fmt::format("epoch {} by {}, transaction {}", tenancy.epoch, tenancy.evidence,
                           tenancy.transaction));
  }
  const auto fired = tenancies_of_meter(one);
  for (const ChangeFired& change : matched.unseen) {
    // What purged the traces of a stranger's change before anybody could read them.
    const bool purged_by_next = one.flat.strangers.contains(change.transaction) &&
                                change.transaction != fired.back().transaction;
    if (purged_by_next) {
      one.report.count("changes of strangers that another one covered", 1);
      continue;
    }
    one.broken("every change of tenancy opens one", "an epoch",
               fmt::format("none for transaction {} of {}", change.transaction,
                           rfc3339::text(change.true_time)));
  }
  const StoredTenancy* open = nullptr;
  UtcSeconds right{};
  for (const auto& [tenancy, change] : matched.pairs) {
    one.report.count("tenancies", 1);
    open = &tenancy;
    right = std::max(right, change.effective);
    const auto apart = *tenancy.effective - right;
    const bool same_interval = period_start(*tenancy.effective, CapturePeriod{30}) ==
                               period_start(right, CapturePeriod{30});
    if (std::chrono::abs(apart) > kTellsTheTime || !same_interval) {
      one.broken(fmt::format("epoch {} begins when the meter says", tenancy.epoch),
                 rfc3339::text(right), rfc3339::text(*tenancy.effective));
    }
    for (const char* phase : {"activated", "synchronised"}) {
      const auto told = one.flat.tenancy_told.find({phase, tenancy.epoch});
      const std::size_t times = told == one.flat.tenancy_told.end() ? 0 : told->second.size();
      const bool must = std::string_view{phase} == "activated" || !tenancy.sealed();
      if (times > 1 || (must && times == 0)) {
        one.broken(fmt::format("epoch {} is {} once", tenancy.epoch, phase), "told once",
                   fmt::format("told {} times", times));
      }
    }
  }
  if (open != nullptr && !open->synchronised) {
    one.broken("every tenancy is synchronised", "the open one is",
               fmt::format("epoch {} is not", open->epoch));
  }
}

}  // namespace metergate::soak
