// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"

namespace metergate::dlms_driver {

/// What a profile of one meter captures, and how its numbers are scaled.
struct SeenProfile {
  cosem::ProfileShape shape;
  std::map<std::size_t, std::int8_t> scalers;  ///< by column

  friend bool operator==(const SeenProfile&, const SeenProfile&) = default;
};

/// What single meters of a model were found to be when they were read last. A push says none of
/// it, and a meter is not asked because of it. Ten thousand meters of one model are mostly alike:
/// what is the same is kept once.
class Seen {
 public:
  using Scalers = std::map<cosem::ObisCode, cosem::ScalerUnit>;

  void profile(std::uint16_t meter, const cosem::ObisCode& name, SeenProfile profile);
  [[nodiscard]] const SeenProfile* profile(std::uint16_t meter, const cosem::ObisCode& name) const;
  /// What is known of other registers of that meter stays.
  void scalers(std::uint16_t meter, const Scalers& read);
  [[nodiscard]] const cosem::ScalerUnit* scaler(std::uint16_t meter,
                                                const cosem::ObisCode& name) const;

 private:
  template <typename Value>
  class Pool {
   public:
    [[nodiscard]] std::shared_ptr<const Value> one(Value value) {
      std::erase_if(all_, [](const auto& kept) { return kept.expired(); });
      for (const auto& kept : all_) {
        if (auto same = kept.lock(); same != nullptr && *same == value) return same;
      }
      auto made = std::make_shared<const Value>(std::move(value));
      all_.push_back(made);
      return made;
    }

   private:
    std::vector<std::weak_ptr<const Value>> all_;
  };

  Pool<SeenProfile> profile_pool_;
  Pool<Scalers> scaler_pool_;
  std::map<std::pair<std::uint16_t, cosem::ObisCode>, std::shared_ptr<const SeenProfile>> profiles_;
  std::map<std::uint16_t, std::shared_ptr<const Scalers>> scalers_;
};

}  // namespace metergate::dlms_driver
