// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/server.hpp"

#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Apdu;
using dlms::ExceptionResponse;
using State = ExceptionResponse::State;
using Service = ExceptionResponse::Service;

Octets exception(State state, Service service, std::optional<std::uint32_t> counter = {}) {
  return dlms::encode_apdu(ExceptionResponse{state, service, counter});
}

const dlms::ActionRequest* as_reply_to_hls(const Apdu& apdu) {
  const auto* action = std::get_if<dlms::ActionRequest>(&apdu);
  const bool is_reply = action != nullptr &&
                        action->method.class_id == cosem::association::kClass &&
                        action->method.method == cosem::association::kReplyToHls;
  return is_reply ? action : nullptr;
}

}  // namespace

DlmsServer::DlmsServer(const DlmsSetup& setup, DlmsCounters& counters,
                       DlmsAssociation::ChallengeMaker make_challenge)
    : setup_{setup}, counters_{counters}, association_{setup, counters, make_challenge} {}

void DlmsServer::link_lost() {
  association_.forget();
  services_.reset();
  blocks_.reset();
}

std::optional<Octets> DlmsServer::serve(OctetView apdu, std::uint16_t client,
                                        virtual_meter::VirtualMeter& meter, UtcSeconds now) {
  // Also where nobody spoke to it while it was without power.
  const std::uint32_t boots_before = std::exchange(boots_, meter.boots());
  if (!meter.powered() || boots_ != boots_before) link_lost();
  if (!meter.powered()) return std::nullopt;
  if (apdu.empty()) return std::nullopt;
  if (apdu.front() == dlms::apdu_tag::kGeneralBlock) return serve_block(apdu, client, meter, now);
  blocks_.reset();
  Octets out = answer(apdu, client, meter, now);
  const std::size_t most = association_.session().client_max_pdu;
  if (most == 0 || out.size() <= most || !has_general_blocks()) return out;
  return in_blocks(out);
}

bool DlmsServer::has_general_blocks() {
  return association_.state() == DlmsAssociationState::Associated &&
         association_.session().conformance.has(dlms::Service::GeneralBlockTransfer);
}

std::optional<Octets> DlmsServer::serve_block(OctetView apdu, std::uint16_t client,
                                              virtual_meter::VirtualMeter& meter, UtcSeconds now) {
  using Transfer = dlms::GeneralBlockTransfer;
  if (!has_general_blocks()) {
    return exception(State::ServiceNotAllowed, Service::ServiceNotSupported);
  }
  const auto block = dlms::decode_apdu(apdu);
  if (!block) return exception(State::ServiceUnknown, Service::OtherReason);
  auto step = blocks_.take(std::get<dlms::GeneralBlock>(block.value()));
  if (const auto* out = std::get_if<Transfer::Send>(&step)) {
    return dlms::encode_apdu(out->blocks.front());
  }
  if (const auto* broken = std::get_if<Transfer::Broken>(&step); broken && broken->abort) {
    return dlms::encode_apdu(Transfer::abort());
  }
  const auto* whole = std::get_if<Transfer::Whole>(&step);
  if (whole == nullptr) return std::nullopt;
  const bool within = whole->apdu.empty() || whole->apdu.front() == dlms::apdu_tag::kGeneralBlock;
  if (within) return exception(State::ServiceUnknown, Service::OtherReason);
  return in_blocks(answer(whole->apdu, client, meter, now));
}

Octets DlmsServer::in_blocks(OctetView answer) {
  const auto step = blocks_.begin(answer, association_.session().client_max_pdu);
  const auto* out = std::get_if<dlms::GeneralBlockTransfer::Send>(&step);
  return out == nullptr ? exception(State::ServiceNotAllowed, Service::PduTooLong)
                        : dlms::encode_apdu(out->blocks.front());
}

Octets DlmsServer::answer(OctetView apdu, std::uint16_t client, virtual_meter::VirtualMeter& meter,
                          UtcSeconds now) {
  if (apdu.front() == dlms::Aarq::kTag) {
    services_.reset();
    return association_.judge(apdu, client);
  }
  if (apdu.front() == static_cast<std::uint8_t>(dlms::Release::Kind::Request)) {
    services_.reset();
    return association_.release();
  }
  if (dlms::is_ciphered_tag(apdu.front())) return serve_ciphered(apdu, meter, now);
  if (association_.ciphered()) {
    return exception(State::ServiceNotAllowed, Service::OperationNotPossible);
  }
  return serve_plain(apdu, meter, now);
}

Octets DlmsServer::serve_ciphered(OctetView apdu, virtual_meter::VirtualMeter& meter,
                                  UtcSeconds now) {
  if (!association_.ciphered()) {
    return exception(State::ServiceNotAllowed, Service::ServiceNotSupported);
  }
  const auto plain = association_.unprotect(apdu);
  if (!plain && plain.error() == dlms::CipherFault::Replayed) {
    return exception(State::ServiceNotAllowed, Service::InvocationCounterError,
                     counters_.received.lowest_fresh());
  }
  if (!plain) return exception(State::ServiceNotAllowed, Service::DecipheringError);
  Octets response = serve_plain(plain.value(), meter, now);
  if (response.front() == dlms::apdu_tag::kExceptionResponse) return response;
  auto ciphered = association_.protect(response);
  // Pass three that failed has closed the channel; its refusal goes out plain.
  if (!ciphered) return exception(State::ServiceNotAllowed, Service::OtherReason);
  return std::move(ciphered).value();
}

Octets DlmsServer::serve_plain(OctetView octets, virtual_meter::VirtualMeter& meter,
                               UtcSeconds now) {
  const auto apdu = dlms::decode_apdu(octets);
  if (!apdu) return exception(State::ServiceUnknown, Service::OtherReason);
  const auto* reply = as_reply_to_hls(apdu.value());
  const DlmsInput input = reply != nullptr ? DlmsInput::ReplyToHls : DlmsInput::Service;
  switch (dlms_reaction(association_.state(), input)) {
    case DlmsReaction::CheckReply:
      return dlms::encode_apdu(reply_to_hls(*reply));
    case DlmsReaction::Serve: {
      DlmsContext context{meter, now, setup_, association_.session(), counters_, counters_.image};
      return dlms::encode_apdu(
          services_.serve(apdu.value(), context, association_.response_limit()));
    }
    default:
      return exception(State::ServiceNotAllowed, Service::ServiceNotSupported);
  }
}

Apdu DlmsServer::reply_to_hls(const dlms::ActionRequest& request) {
  const Octets* proof = request.parameter ? dlms::octets_of(*request.parameter) : nullptr;
  const auto own = proof == nullptr ? std::nullopt : association_.check_reply(*proof);
  if (!own) {
    return ExceptionResponse{State::ServiceNotAllowed, Service::OperationNotPossible, {}};
  }
  return dlms::ActionResponse{request.invoke,
                              {AccessResult::Success, dlms::GetResult{dlms::octet_string(*own)}}};
}

}  // namespace metergate::sim
