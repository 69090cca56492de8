// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/dlms/service.hpp"

/// SET (Green Book, 9.3.7): attributes written.
namespace metergate::dlms {

struct SetRequest {
  InvokeId invoke;
  AttributeReference attribute;
  Data value;
  friend bool operator==(const SetRequest&, const SetRequest&) = default;
};
struct SetRequestFirstBlock {
  InvokeId invoke;
  AttributeReference attribute;
  DataBlock block;
  friend bool operator==(const SetRequestFirstBlock&, const SetRequestFirstBlock&) = default;
};
struct SetRequestBlock {
  InvokeId invoke;
  DataBlock block;
  friend bool operator==(const SetRequestBlock&, const SetRequestBlock&) = default;
};
struct SetRequestList {
  InvokeId invoke;
  std::vector<AttributeReference> attributes;
  std::vector<Data> values;
  friend bool operator==(const SetRequestList&, const SetRequestList&) = default;
};
struct SetRequestListFirstBlock {
  InvokeId invoke;
  std::vector<AttributeReference> attributes;
  DataBlock block;
  friend bool operator==(const SetRequestListFirstBlock&,
                         const SetRequestListFirstBlock&) = default;
};

struct SetResponse {
  InvokeId invoke;
  AccessResult result = AccessResult::Success;
  friend bool operator==(const SetResponse&, const SetResponse&) = default;
};
/// A block that is not the last was taken.
struct SetResponseBlock {
  InvokeId invoke;
  std::uint32_t number = 1;
  friend bool operator==(const SetResponseBlock&, const SetResponseBlock&) = default;
};
struct SetResponseLastBlock {
  InvokeId invoke;
  AccessResult result = AccessResult::Success;
  std::uint32_t number = 1;
  friend bool operator==(const SetResponseLastBlock&, const SetResponseLastBlock&) = default;
};
struct SetResponseListLastBlock {
  InvokeId invoke;
  std::vector<AccessResult> results;
  std::uint32_t number = 1;
  friend bool operator==(const SetResponseListLastBlock&,
                         const SetResponseListLastBlock&) = default;
};
struct SetResponseList {
  InvokeId invoke;
  std::vector<AccessResult> results;
  friend bool operator==(const SetResponseList&, const SetResponseList&) = default;
};

}  // namespace metergate::dlms
