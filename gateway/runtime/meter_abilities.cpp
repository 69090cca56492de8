// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/meter_abilities.hpp"

#include <algorithm>

#include "meters/command.hpp"
#include "meters/token_order.hpp"

namespace metergate::runtime {

north::MeterAbilities abilities_of(const MeterUnit& meter, TokenMaking making) {
  north::MeterAbilities out;
  const std::vector<TokenKind>& kinds = meter.model->token_kinds;
  const bool has_sts = std::ranges::find(kinds, TokenKind::Sts) != kinds.end();
  const bool makes_tokens = making == TokenMaking::Possible && meter.settings.sts && has_sts &&
                            meter.can(Capability::Tokens);
  for (const VerbTraits& verb : kVerbs) {
    if (verb.addressee != Addressee::Meter || (verb.needs && !meter.can(*verb.needs))) continue;
    const bool is_made_here = verb.verb == Verb::IssueToken || verb.verb == Verb::ResendTokens;
    if (!is_made_here || makes_tokens) out.verbs.push_back(verb.word);
  }
  for (const DataClass data : kAllDataClasses) {
    if (meter.can(capability_for(data))) out.reads.push_back(data_class_word(data));
  }
  if (meter.can(Capability::OperateRelay)) {
    out.relay_states = {supply_word(SupplyState::Off), supply_word(SupplyState::Armed)};
    if (meter.can(Capability::CloseRelay)) out.relay_states.push_back(supply_word(SupplyState::On));
  }
  if (meter.can(Capability::Tokens)) {
    for (const TokenKind kind : kinds) out.token_kinds.push_back(token_kind_word(kind));
  }
  if (!makes_tokens) return out;
  for (const TokenFunctionTraits& one : kTokenFunctions) {
    const bool is_polyphase = meter.settings.sts->phases > 1;
    if (one.function == TokenFunction::PhaseUnbalanceLimit && !is_polyphase) continue;
    out.token_functions.push_back(one.word);
  }
  return out;
}

}  // namespace metergate::runtime
