// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/dlms/service.hpp"

/// ACTION (Green Book, 9.3.8): methods invoked.
namespace metergate::dlms {

struct ActionRequest {
  InvokeId invoke;
  MethodReference method;
  std::optional<Data> parameter;
  friend bool operator==(const ActionRequest&, const ActionRequest&) = default;
};
struct ActionRequestNext {
  InvokeId invoke;
  std::uint32_t block = 0;
  friend bool operator==(const ActionRequestNext&, const ActionRequestNext&) = default;
};
struct ActionRequestList {
  InvokeId invoke;
  std::vector<MethodReference> methods;
  std::vector<Data> parameters;
  friend bool operator==(const ActionRequestList&, const ActionRequestList&) = default;
};
struct ActionRequestFirstBlock {
  InvokeId invoke;
  MethodReference method;
  DataBlock block;
  friend bool operator==(const ActionRequestFirstBlock&, const ActionRequestFirstBlock&) = default;
};
struct ActionRequestListFirstBlock {
  InvokeId invoke;
  std::vector<MethodReference> methods;
  DataBlock block;
  friend bool operator==(const ActionRequestListFirstBlock&,
                         const ActionRequestListFirstBlock&) = default;
};
struct ActionRequestBlock {
  InvokeId invoke;
  DataBlock block;
  friend bool operator==(const ActionRequestBlock&, const ActionRequestBlock&) = default;
};

/// How one method ended. `returned` can be an error although the method succeeded.
struct ActionOutcome {
  AccessResult result = AccessResult::Success;
  std::optional<GetResult> returned;
  friend bool operator==(const ActionOutcome&, const ActionOutcome&) = default;
};
struct ActionResponse {
  InvokeId invoke;
  ActionOutcome outcome;
  friend bool operator==(const ActionResponse&, const ActionResponse&) = default;
};
struct ActionResponseBlock {
  InvokeId invoke;
  DataBlock block;
  friend bool operator==(const ActionResponseBlock&, const ActionResponseBlock&) = default;
};
struct ActionResponseList {
  InvokeId invoke;
  std::vector<ActionOutcome> outcomes;
  friend bool operator==(const ActionResponseList&, const ActionResponseList&) = default;
};
/// A block of the request was taken, the next may come.
struct ActionResponseNext {
  InvokeId invoke;
  std::uint32_t block = 1;
  friend bool operator==(const ActionResponseNext&, const ActionResponseNext&) = default;
};

}  // namespace metergate::dlms
