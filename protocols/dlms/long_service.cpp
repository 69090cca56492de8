// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/long_service.hpp"

#include <optional>
#include <utility>

#include "protocols/dlms/axdr.hpp"

namespace metergate::dlms {
namespace {

// The length of raw data takes so many octets more than that of none (A-XDR, up to 65,535).
constexpr std::size_t kMoreOfLength = 2;

Octets list_octets(const std::vector<Data>& values) {
  ByteWriter out;
  write_length(out, values.size());
  for (const Data& value : values) write_data(out, value);
  return out.take();
}

/// Whose answer this is; nothing of what names no request (Green Book, 9.4.6.9).
std::optional<InvokeId> invoke_of(OctetView answer) {
  const std::uint8_t tag = answer.front();
  const bool names_it = tag == apdu_tag::kGetResponse || tag == apdu_tag::kSetResponse ||
                        tag == apdu_tag::kActionResponse;
  return names_it ? std::optional{InvokeId{answer[2]}} : std::nullopt;
}

// A normal answer with these octets as what it returns.
Octets with_head(std::initializer_list<std::uint8_t> head, const Octets& rest) {
  Octets out{head};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace

LongService::Step LongService::begin(OctetView request) {
  const auto apdu = decode_apdu(request);
  if (!apdu) return Broken{"the request is no APDU"};
  if (request.size() > 2) invoke_ = {request[2]};
  is_list_ = std::holds_alternative<GetRequestList>(*apdu) ||
             std::holds_alternative<ActionRequestList>(*apdu);
  if (max_request_ == 0 || request.size() <= max_request_) {
    return Send{{request.begin(), request.end()}};
  }
  return cut(*apdu, request);
}

LongService::Step LongService::cut(const Apdu& request, OctetView octets) {
  const auto cut_up = [&](OctetView raw, auto first, auto rest) -> Step {
    // The first block names what is set or called, so none has more before its raw data.
    const std::size_t head = encode_apdu(first(DataBlock{})).size() + kMoreOfLength;
    if (max_request_ <= head) {
      return Broken{"the meter takes APDUs of " + std::to_string(max_request_) +
                    " octets, too few for any block"};
    }
    for (DataBlock& block : cut_into_blocks(raw, max_request_ - head)) {
      const bool is_first = block.number == 1;
      pieces_.push_back(encode_apdu(is_first ? first(std::move(block)) : rest(std::move(block))));
    }
    return next_piece();
  };
  const auto set_rest = [&](DataBlock block) -> Apdu {
    return SetRequestBlock{invoke_, std::move(block)};
  };
  const auto action_rest = [&](DataBlock block) -> Apdu {
    return ActionRequestBlock{invoke_, std::move(block)};
  };
  if (const auto* set = std::get_if<SetRequest>(&request)) {
    return cut_up(
        encode_data(set->value),
        [&](DataBlock block) -> Apdu {
          return SetRequestFirstBlock{invoke_, set->attribute, std::move(block)};
        },
        set_rest);
  }
  if (const auto* list = std::get_if<SetRequestList>(&request)) {
    return cut_up(
        list_octets(list->values),
        [&](DataBlock block) -> Apdu {
          return SetRequestListFirstBlock{invoke_, list->attributes, std::move(block)};
        },
        set_rest);
  }
  if (const auto* action = std::get_if<ActionRequest>(&request);
      action != nullptr && action->parameter) {
    return cut_up(
        encode_data(*action->parameter),
        [&](DataBlock block) -> Apdu {
          return ActionRequestFirstBlock{invoke_, action->method, std::move(block)};
        },
        action_rest);
  }
  return Broken{"a request of " + std::to_string(octets.size()) +
                " octets; the meter takes up to " + std::to_string(max_request_)};
}

LongService::Step LongService::next_piece() {
  Octets piece = std::move(pieces_.front());
  pieces_.pop_front();
  ++pieces_sent_;
  return Send{std::move(piece)};
}

LongService::Step LongService::take(OctetView answer) {
  const auto apdu = decode_apdu(answer);
  if (!apdu) {
    return Broken{"the answer is no APDU: " + std::string{fault_word(apdu.error().reason)} +
                  " at octet " + std::to_string(apdu.error().offset)};
  }
  // One that comes late would be taken for the answer to a later question of the same kind.
  if (const auto invoke = invoke_of(answer); invoke && invoke->id() != invoke_.id()) {
    return Broken{"the answer to request " + std::to_string(invoke->id()) + ", and " +
                  std::to_string(invoke_.id()) + " was asked"};
  }
  if (const auto* block = std::get_if<GetResponseBlock>(&*apdu)) return take_block(*block);
  if (const auto* block = std::get_if<ActionResponseBlock>(&*apdu)) return take_block(*block);
  const auto* set_next = std::get_if<SetResponseBlock>(&*apdu);
  const auto* action_next = std::get_if<ActionResponseNext>(&*apdu);
  if (set_next == nullptr && action_next == nullptr) {
    if (const auto* last = std::get_if<SetResponseLastBlock>(&*apdu)) {
      return Done{encode_apdu(SetResponse{last->invoke, last->result})};
    }
    if (const auto* last = std::get_if<SetResponseListLastBlock>(&*apdu)) {
      return Done{encode_apdu(SetResponseList{last->invoke, last->results})};
    }
    return Done{{answer.begin(), answer.end()}};
  }
  const std::uint32_t number = set_next != nullptr ? set_next->number : action_next->block;
  if (pieces_.empty() || number != pieces_sent_) {
    return Broken{"block " + std::to_string(number) + " was acknowledged, " +
                  std::to_string(pieces_sent_) + " was sent"};
  }
  return next_piece();
}

LongService::Step LongService::take_block(const GetResponseBlock& block) {
  if (const auto* refused = std::get_if<AccessResult>(&block.content)) {
    return Done{encode_apdu(GetResponse{block.invoke, *refused})};
  }
  return assembled(block.last, block.number, std::get<Octets>(block.content),
                   GetRequestNext{invoke_, block.number});
}

LongService::Step LongService::take_block(const ActionResponseBlock& block) {
  return assembled(block.block.last, block.block.number, block.block.raw,
                   ActionRequestNext{invoke_, block.block.number});
}

LongService::Step LongService::assembled(bool last, std::uint32_t number, OctetView raw,
                                         Apdu next) {
  const bool is_get = std::holds_alternative<GetRequestNext>(next);
  switch (assembly_.take(last, number, raw)) {
    case BlockAssembly::Taken::More:
    case BlockAssembly::Taken::Repeated:
      return Send{encode_apdu(next)};
    case BlockAssembly::Taken::WrongNumber:
      return Broken{"block " + std::to_string(number) + " after block " +
                    std::to_string(assembly_.number())};
    case BlockAssembly::Taken::TooLong:
      return Broken{"the answer is longer than is taken"};
    case BlockAssembly::Taken::Complete:
      break;
  }
  const Octets whole = assembly_.release();
  if (is_list_) {
    return Done{with_head(
        {is_get ? apdu_tag::kGetResponse : apdu_tag::kActionResponse, 3, invoke_.octet}, whole)};
  }
  if (is_get) return Done{with_head({apdu_tag::kGetResponse, 1, invoke_.octet, 0}, whole)};
  // What a method returned in blocks is the whole of Action-Response without its head.
  return Done{with_head({apdu_tag::kActionResponse, 1, invoke_.octet}, whole)};
}

}  // namespace metergate::dlms
