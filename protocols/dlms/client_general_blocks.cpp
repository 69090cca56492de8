// SPDX-License-Identifier: Apache-2.0
// A ClientAssociation's requests and answers in general blocks.
#include <utility>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_association.hpp"

namespace metergate::dlms {

using namespace association;

bool ClientAssociation::has_general_blocks() const {
  return negotiated_.conformance.has(Service::GeneralBlockTransfer);
}

void ClientAssociation::send_blocks(const std::vector<GeneralBlock>& blocks) {
  for (const GeneralBlock& block : blocks) effects_.emplace_back(Send{encode_apdu(block)});
}

void ClientAssociation::perform(GeneralBlockTransfer::Step step) {
  if (const auto* out = std::get_if<GeneralBlockTransfer::Send>(&step)) {
    return send_blocks(out->blocks);
  }
  if (const auto* broken = std::get_if<GeneralBlockTransfer::Broken>(&step)) {
    if (broken->abort) send_blocks({GeneralBlockTransfer::abort()});
    return fail(Reason::Protocol, "general block transfer: " + broken->what);
  }
  auto* whole = std::get_if<GeneralBlockTransfer::Whole>(&step);
  if (whole == nullptr) return;
  if (!whole->apdu.empty() && whole->apdu.front() == apdu_tag::kGeneralBlock) {
    return fail(Reason::Protocol, "general blocks within general blocks");
  }
  take(std::move(whole->apdu));
}

Effects ClientAssociation::silence() {
  if (state_ == AssociationState::Asking) {
    if (const auto again = general_blocks_.silence()) send_blocks(again->blocks);
  }
  return std::exchange(effects_, {});
}

}  // namespace metergate::dlms
