// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "gateway/runtime/lines/link_runner.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "gateway/work/tenancy.hpp"

namespace metergate::runtime {

/// Looks at a meter after a change of tenancy: whether it still shows anything from before. Nothing
/// of what it reads is stored.
class TenancyLook {
 public:
  /// Nothing: it broke off, and everything is to be looked at again.
  using Done = std::function<void(std::optional<work::AfterChange>, Now)>;

  TenancyLook(MeterUnit& meter, const StoredTenancy& tenancy, Done done);
  ~TenancyLook();
  TenancyLook(const TenancyLook&) = delete;
  TenancyLook& operator=(const TenancyLook&) = delete;

  void start(Now now);

 private:
  void next(Now now);
  void took(const operation::Operation& asked, const operation::Answer& answer);

  MeterUnit& meter_;
  Done done_;
  std::deque<operation::Operation> operations_;
  work::AfterChange after_;
  std::optional<JobId> job_;
};

}  // namespace metergate::runtime
