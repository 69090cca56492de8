// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/tid_store.hpp"

#include <algorithm>

namespace metergate::sts {
namespace {

constexpr TokenIdentifier kZero = TokenIdentifier::from_minutes(0);

}  // namespace

TidStore::TidStore(TokenIdentifier manufactured, std::size_t slots)
    : slots_(std::max<std::size_t>(slots, 1), manufactured) {}

TidStore::TidStore(std::vector<TokenIdentifier> slots) : slots_{std::move(slots)} {
  if (slots_.empty()) slots_.assign(kUsualSlots, kZero);
  std::ranges::sort(slots_);
}

TidStore::Verdict TidStore::judge(TokenIdentifier tid) const {
  if (std::ranges::binary_search(slots_, tid)) return Verdict::Used;
  return tid < slots_.front() ? Verdict::Old : Verdict::Acceptable;
}

void TidStore::take(TokenIdentifier tid) {
  slots_.erase(slots_.begin());
  slots_.insert(std::ranges::upper_bound(slots_, tid), tid);
}

void TidStore::roll_over() { std::ranges::fill(slots_, kZero); }

}  // namespace metergate::sts
