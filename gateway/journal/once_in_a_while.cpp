// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/once_in_a_while.hpp"

#include <utility>

namespace metergate::journal {
namespace {

/// Keys come from outside: more than a box can have meters are forgotten and begin anew.
constexpr std::size_t kMostKeys = 20'000;

}  // namespace

std::optional<std::uint64_t> OnceInAWhile::pass(const std::string& key, Instant now) {
  if (seen_.size() >= kMostKeys && !seen_.contains(key)) seen_.clear();
  const auto [found, is_new] = seen_.try_emplace(key, Seen{now, 0});
  Seen& seen = found->second;
  if (!is_new && now - seen.told < interval_) {
    ++seen.held_back;
    return std::nullopt;
  }
  seen.told = now;
  return std::exchange(seen.held_back, 0);
}

}  // namespace metergate::journal
