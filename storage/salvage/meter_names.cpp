// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/meter_names.hpp"

#include <algorithm>
#include <vector>

#include "meters/identity.hpp"

namespace metergate::salvage {
namespace {

using From = GivenName::From;
using Names = std::map<std::int64_t, GivenName>;

bool differs_in_one_octet(const std::string& left, const std::string& name) {
  if (left.size() != name.size()) return false;
  const auto [at, there] = std::ranges::mismatch(left, name);
  return at != left.end() && std::equal(std::next(at), left.end(), std::next(there));
}

class Giving {
 public:
  Giving(const std::map<std::int64_t, NamesLeft>& left, const std::set<std::string>& mentioned)
      : left_{left}, mentioned_{mentioned} {}

  Names run() {
    give([](const NamesLeft& one) {
      const bool is_sure = one.in_record == one.in_index && is_identifier(one.in_record);
      return is_sure ? GivenName{one.in_record, From::Record, {}} : GivenName{};
    });
    give([&](const NamesLeft& one) { return by_what_is_left(one); });
    give([&](const NamesLeft& one) { return by_mention(one); });
    for (const auto& [key, one] : left_) {
      if (!given_.contains(key)) take(key, {made_up(key), From::Nowhere, {}});
    }
    return std::move(given_);
  }

 private:
  /// Gives each meter that has none yet the name that `choose` finds for it, if it is no other's.
  template <typename Choose>
  void give(const Choose& choose) {
    Names chosen;
    std::map<std::string, int> claims;
    for (const auto& [key, one] : left_) {
      if (given_.contains(key)) continue;
      GivenName name = choose(one);
      if (name.from == From::Nowhere) continue;
      ++claims[name.id];
      chosen.emplace(key, std::move(name));
    }
    for (auto& [key, name] : chosen) {
      if (claims[name.id] == 1) take(key, std::move(name));
    }
  }

  void take(std::int64_t key, GivenName name) {
    taken_.insert(name.id);
    given_.emplace(key, std::move(name));
  }

  [[nodiscard]] bool is_free(const std::string& name) const {
    return is_identifier(name) && !taken_.contains(name);
  }

  [[nodiscard]] GivenName by_what_is_left(const NamesLeft& one) const {
    const bool by_record = is_free(one.in_record);
    const bool by_index = is_free(one.in_index);
    if (by_record && by_index && one.in_record != one.in_index) {
      const bool record_known = mentioned_.contains(one.in_record);
      const bool index_known = mentioned_.contains(one.in_index);
      if (record_known == index_known) return {one.in_record, From::Record, one.in_index};
      return record_known ? GivenName{one.in_record, From::Record, {}}
                          : GivenName{one.in_index, From::Index, {}};
    }
    if (by_record) return {one.in_record, From::Record, {}};
    return by_index ? GivenName{one.in_index, From::Index, {}} : GivenName{};
  }

  [[nodiscard]] GivenName by_mention(const NamesLeft& one) const {
    GivenName found;
    for (const std::string& name : mentioned_) {
      const bool fits = is_free(name) && (differs_in_one_octet(one.in_record, name) ||
                                          differs_in_one_octet(one.in_index, name));
      if (!fits) continue;
      if (found.from == From::Elsewhere) return {};
      found = {name, From::Elsewhere, {}};
    }
    return found;
  }

  [[nodiscard]] std::string made_up(std::int64_t key) const {
    std::string name = "lost-meter-" + std::to_string(key);
    while (taken_.contains(name)) name += '_';
    return name;
  }

  const std::map<std::int64_t, NamesLeft>& left_;
  const std::set<std::string>& mentioned_;
  Names given_;
  std::set<std::string> taken_;
};

}  // namespace

bool NamesLeft::is_in_doubt() const {
  const bool agree = in_index.empty() || in_index == in_record;
  return !agree || !is_identifier(in_record);
}

Names give_names(const std::map<std::int64_t, NamesLeft>& left,
                 const std::set<std::string>& mentioned) {
  return Giving{left, mentioned}.run();
}

}  // namespace metergate::salvage
