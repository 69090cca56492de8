// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "gateway/sim/dlms/objects.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/block_assembly.hpp"

namespace metergate::sim {

/// GET, SET and ACTION of one association, with the long ones that come or go in blocks. A new
/// request drops what was left of the one before.
class DlmsServices {
 public:
  /// The longest request that is put together out of blocks.
  static constexpr std::size_t kMostRequestOctets = 16'384;

  /// `limit`: octets a plain response may have; 0 for no limit.
  [[nodiscard]] dlms::Apdu serve(const dlms::Apdu& request, DlmsContext& context,
                                 std::size_t limit);
  void reset();

 private:
  struct LongGet {
    std::vector<dlms::DataBlock> blocks;
  };
  struct LongSet {
    dlms::AttributeReference attribute;
    dlms::BlockAssembly blocks{kMostRequestOctets};
  };
  struct LongAction {
    dlms::MethodReference method;
    dlms::BlockAssembly blocks{kMostRequestOctets};
  };

  dlms::Apdu get(const dlms::GetRequest& request, DlmsContext& context, std::size_t limit);
  dlms::Apdu get(const dlms::GetRequestList& request, DlmsContext& context, std::size_t limit);
  dlms::Apdu next(const dlms::GetRequestNext& request);
  dlms::Apdu in_blocks(dlms::InvokeId invoke, OctetView content, std::size_t limit);
  dlms::Apdu set_block(dlms::InvokeId invoke, const dlms::DataBlock& block, DlmsContext& context);
  dlms::Apdu action_block(dlms::InvokeId invoke, const dlms::DataBlock& block,
                          DlmsContext& context);

  std::variant<std::monostate, LongGet, LongSet, LongAction> pending_;
};

}  // namespace metergate::sim
