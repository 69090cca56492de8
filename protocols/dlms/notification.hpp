// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/dlms/access.hpp"

/// What a meter says unasked (Green Book, 9.3.10 and 9.3.11).
namespace metergate::dlms {

struct DataNotification {
  LongInvokeId invoke;
  Octets date_time;  ///< empty, or twelve octets
  Data body;
  friend bool operator==(const DataNotification&, const DataNotification&) = default;
};

struct EventNotification {
  std::optional<Octets> time;
  AttributeReference attribute;
  Data value;
  friend bool operator==(const EventNotification&, const EventNotification&) = default;
};

}  // namespace metergate::dlms
