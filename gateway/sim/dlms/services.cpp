// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/services.hpp"

#include "protocols/overloaded.hpp"

namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Apdu;
using dlms::ExceptionResponse;

/// Tag, kind, invoke id, last, number, choice and length of a block.
constexpr std::size_t kBlockHeader = 12;
constexpr std::size_t kShortestBlock = 16;

ExceptionResponse not_supported() {
  return {ExceptionResponse::State::ServiceUnknown,
          ExceptionResponse::Service::ServiceNotSupported,
          {}};
}

bool allows(const DlmsContext& context, dlms::Service service) {
  return context.session.conformance.has(service);
}

}  // namespace

void DlmsServices::reset() { pending_ = std::monostate{}; }

Apdu DlmsServices::in_blocks(dlms::InvokeId invoke, OctetView content, std::size_t limit) {
  const std::size_t piece = std::max(limit, kBlockHeader + kShortestBlock) - kBlockHeader;
  pending_ = LongGet{dlms::cut_into_blocks(content, piece)};
  const dlms::DataBlock& first = std::get<LongGet>(pending_).blocks.front();
  return dlms::GetResponseBlock{invoke, first.last, first.number, first.raw};
}

Apdu DlmsServices::get(const dlms::GetRequest& request, DlmsContext& context, std::size_t limit) {
  dlms::GetResponse response{request.invoke, read_attribute(context, request.attribute)};
  const auto* data = std::get_if<dlms::Data>(&response.result);
  if (data == nullptr || limit == 0) return response;
  const Octets content = dlms::encode_data(*data);
  constexpr std::size_t kResponseHeader = 4;
  if (content.size() + kResponseHeader <= limit) return response;
  if (!allows(context, dlms::Service::BlockTransferWithGet)) {
    return dlms::GetResponse{request.invoke, AccessResult::OtherReason};
  }
  return in_blocks(request.invoke, content, limit);
}

Apdu DlmsServices::get(const dlms::GetRequestList& request, DlmsContext& context,
                       std::size_t limit) {
  if (!allows(context, dlms::Service::MultipleReferences)) return not_supported();
  dlms::GetResponseList response{request.invoke, {}};
  for (const dlms::AttributeReference& attribute : request.attributes) {
    response.results.push_back(read_attribute(context, attribute));
  }
  const Octets content = dlms::encode_get_results(response.results);
  constexpr std::size_t kResponseHeader = 3;
  if (limit == 0 || content.size() + kResponseHeader <= limit) return response;
  if (!allows(context, dlms::Service::BlockTransferWithGet)) return not_supported();
  return in_blocks(request.invoke, content, limit);
}

/// The client names the block it has; the next one follows, or the same once more where it asks
/// for that again.
Apdu DlmsServices::next(const dlms::GetRequestNext& request) {
  const auto* sending = std::get_if<LongGet>(&pending_);
  if (sending == nullptr) {
    return dlms::GetResponseBlock{request.invoke, true, request.block,
                                  AccessResult::NoLongServiceInProgress};
  }
  if (request.block == 0 || request.block >= sending->blocks.size()) {
    reset();
    return dlms::GetResponseBlock{request.invoke, true, request.block,
                                  AccessResult::DataBlockNumberInvalid};
  }
  const dlms::DataBlock& block = sending->blocks[request.block];
  return dlms::GetResponseBlock{request.invoke, block.last, block.number, block.raw};
}

Apdu DlmsServices::set_block(dlms::InvokeId invoke, const dlms::DataBlock& block,
                             DlmsContext& context) {
  using Taken = dlms::BlockAssembly::Taken;
  auto* coming = std::get_if<LongSet>(&pending_);
  if (coming == nullptr) {
    return dlms::SetResponseLastBlock{invoke, AccessResult::NoLongSetInProgress, block.number};
  }
  const Taken taken = coming->blocks.take(block.last, block.number, block.raw);
  if (taken == Taken::More || taken == Taken::Repeated) {
    return dlms::SetResponseBlock{invoke, block.number};
  }
  AccessResult result = taken == Taken::WrongNumber ? AccessResult::DataBlockNumberInvalid
                                                    : AccessResult::LongSetAborted;
  if (taken == Taken::Complete) {
    const auto value = dlms::decode_data(coming->blocks.release());
    result = value ? write_attribute(context, coming->attribute, value.value())
                   : AccessResult::TypeUnmatched;
  }
  reset();
  return dlms::SetResponseLastBlock{invoke, result, block.number};
}

Apdu DlmsServices::action_block(dlms::InvokeId invoke, const dlms::DataBlock& block,
                                DlmsContext& context) {
  using Taken = dlms::BlockAssembly::Taken;
  const auto ended = [&](AccessResult result) {
    return dlms::ActionResponse{invoke, {result, {}}};
  };
  auto* coming = std::get_if<LongAction>(&pending_);
  if (coming == nullptr) return ended(AccessResult::NoLongServiceInProgress);
  const Taken taken = coming->blocks.take(block.last, block.number, block.raw);
  if (taken == Taken::More || taken == Taken::Repeated) {
    return dlms::ActionResponseNext{invoke, block.number};
  }
  if (taken != Taken::Complete) {
    reset();
    return ended(taken == Taken::WrongNumber ? AccessResult::DataBlockNumberInvalid
                                             : AccessResult::LongServiceAborted);
  }
  const dlms::MethodReference method = coming->method;
  const auto parameter = dlms::decode_data(coming->blocks.release());
  reset();
  if (!parameter) return ended(AccessResult::TypeUnmatched);
  return dlms::ActionResponse{invoke, invoke_method(context, method, parameter.value())};
}

Apdu DlmsServices::serve(const Apdu& request, DlmsContext& context, std::size_t limit) {
  using dlms::Service;
  return std::visit(
      Overloaded{
          [&](const dlms::GetRequest& get_one) -> Apdu {
            reset();
            return get(get_one, context, limit);
          },
          [&](const dlms::GetRequestList& list) -> Apdu {
            reset();
            return get(list, context, limit);
          },
          [&](const dlms::GetRequestNext& following) -> Apdu { return next(following); },
          [&](const dlms::SetRequest& set) -> Apdu {
            reset();
            return dlms::SetResponse{set.invoke,
                                     write_attribute(context, set.attribute, set.value)};
          },
          [&](const dlms::SetRequestFirstBlock& set) -> Apdu {
            if (!allows(context, Service::BlockTransferWithSet)) return not_supported();
            pending_.emplace<LongSet>(LongSet{set.attribute});
            return set_block(set.invoke, set.block, context);
          },
          [&](const dlms::SetRequestBlock& set) -> Apdu {
            return set_block(set.invoke, set.block, context);
          },
          [&](const dlms::SetRequestList& set) -> Apdu {
            reset();
            if (!allows(context, Service::MultipleReferences)) return not_supported();
            dlms::SetResponseList response{set.invoke, {}};
            for (std::size_t at = 0; at < set.attributes.size(); ++at) {
              response.results.push_back(
                  at < set.values.size()
                      ? write_attribute(context, set.attributes[at], set.values[at])
                      : AccessResult::OtherReason);
            }
            return response;
          },
          [&](const dlms::ActionRequest& action) -> Apdu {
            reset();
            return dlms::ActionResponse{action.invoke,
                                        invoke_method(context, action.method, action.parameter)};
          },
          [&](const dlms::ActionRequestFirstBlock& action) -> Apdu {
            if (!allows(context, Service::BlockTransferWithAction)) return not_supported();
            pending_.emplace<LongAction>(LongAction{action.method});
            return action_block(action.invoke, action.block, context);
          },
          [&](const dlms::ActionRequestBlock& action) -> Apdu {
            return action_block(action.invoke, action.block, context);
          },
          [&](const auto&) -> Apdu { return not_supported(); },
      },
      request);
}

}  // namespace metergate::sim
