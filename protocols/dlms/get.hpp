// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "protocols/dlms/service.hpp"

/// GET (Green Book, 9.3.6): attributes read.
namespace metergate::dlms {

struct GetRequest {
  InvokeId invoke;
  AttributeReference attribute;
  friend bool operator==(const GetRequest&, const GetRequest&) = default;
};
struct GetRequestNext {
  InvokeId invoke;
  std::uint32_t block = 0;  ///< the one received last
  friend bool operator==(const GetRequestNext&, const GetRequestNext&) = default;
};
struct GetRequestList {
  InvokeId invoke;
  std::vector<AttributeReference> attributes;
  friend bool operator==(const GetRequestList&, const GetRequestList&) = default;
};

struct GetResponse {
  InvokeId invoke;
  GetResult result;
  friend bool operator==(const GetResponse&, const GetResponse&) = default;
};
/// `content`: raw octets, which put together over all blocks are one Data (or, for a list, the list
/// of results), or why there are none.
struct GetResponseBlock {
  InvokeId invoke;
  bool last = false;
  std::uint32_t number = 1;
  std::variant<Octets, AccessResult> content;
  friend bool operator==(const GetResponseBlock&, const GetResponseBlock&) = default;
};
struct GetResponseList {
  InvokeId invoke;
  std::vector<GetResult> results;
  friend bool operator==(const GetResponseList&, const GetResponseList&) = default;
};

}  // namespace metergate::dlms
