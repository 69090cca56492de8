// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/journal/journal.hpp"
#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/runtime/collection/data_desk.hpp"
#include "protocols/dlms/notification.hpp"

namespace metergate::runtime {

/// What meters push of themselves (data and event notifications): judged, then stored like what
/// was read. Nothing is stored that is less protected than the meter's answers have to be, that was
/// heard before, or that is another meter's.
class PushDesk {
 public:
  PushDesk(DataDesk& data, journal::Journal& journal) : data_{data}, journal_{journal} {}

  /// Whether the meter should be asked because of it.
  enum class Rest : std::uint8_t { Nothing, ToBeRead };
  [[nodiscard]] Rest take(MeterUnit& meter, OctetView apdu, dlms::PushProof proof, Now now);

 private:
  void store(MeterUnit& meter, const Pushed& pushed, Now now);
  void refuse(const MeterUnit& meter, std::string what, Now now);
  void tell_left(const MeterUnit& meter, const std::vector<std::string>& left, Now now);

  DataDesk& data_;
  journal::Journal& journal_;
  journal::OnceInAWhile refused_{std::chrono::minutes{1}};
  journal::OnceInAWhile left_{std::chrono::minutes{1}};
};

}  // namespace metergate::runtime
