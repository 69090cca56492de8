// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/cosem/capture_object.hpp"
#include "protocols/dlms/data.hpp"
#include "protocols/result.hpp"

/// The body of a data notification: a structure with a value for each object of the push setup's
/// list (Blue Book, 4.4.8: class 40, attribute 2), which says nothing of what they are. It shows
/// where that list is the first thing in itself and so comes along, or where the meter's model
/// names the elements.
namespace metergate::cosem {

/// One value, and of which attribute it is.
struct PushedElement {
  CaptureObject object;
  dlms::Data value;

  friend bool operator==(const PushedElement&, const PushedElement&) = default;
};

/// The objects of one push setup, in order.
struct PushObjects {
  std::optional<ObisCode> setup;  ///< its logical name, where the list has that among its elements
  std::vector<CaptureObject> objects;

  friend bool operator==(const PushObjects&, const PushObjects&) = default;
};

struct PushListFault {
  enum class Reason : std::uint8_t {
    Unnamed,  ///< nothing says what the elements are
    BadShape  ///< what it says of itself is not so
  };
  Reason reason = Reason::Unnamed;
  std::string what;  ///< a sentence: what is there, and what would be right
};

/// More objects than any push setup has: a longer list is refused.
inline constexpr std::size_t kMostPushedElements = 256;

/// `named`: the lists of the meter's model. A list in the body itself comes first.
[[nodiscard]] Result<std::vector<PushedElement>, PushListFault> decode_push(
    dlms::Data body, const std::vector<PushObjects>& named);

}  // namespace metergate::cosem
