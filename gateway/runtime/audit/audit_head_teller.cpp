// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/audit/audit_head_teller.hpp"

#include <utility>

#include "gateway/north/audit_checkpoint.hpp"
#include "gateway/north/reply.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::minutes kPace{1};

}  // namespace

AuditHeadTeller::AuditHeadTeller(LedgerKeeper& keeper, Agenda& agenda, const north::Topics& topics,
                                 Publish publish, std::optional<crypto::Ed25519KeyPair> key)
    : keeper_{keeper},
      agenda_{agenda},
      topics_{topics},
      publish_{std::move(publish)},
      key_{std::move(key)} {}

void AuditHeadTeller::start(Now now) {
  agenda_.at(now.instant + kPace, [this](Now later) { look_again(later); });
}

void AuditHeadTeller::look_again(Now now) {
  tell(now);
  start(now);
}

void AuditHeadTeller::connected(Now now) {
  *acknowledged_ = {};
  tell(now);
}

void AuditHeadTeller::stop(Now now) { tell(now); }

void AuditHeadTeller::tell(Now now) {
  // What is not durable may never have been.
  if (!keeper_.healthy() || !keeper_.commit()) return;
  const auto head = keeper_.checked(keeper_.ledger().audit_head());
  if (!head || head->entries == 0 || *head == *acknowledged_) return;
  MqttMessage message;
  message.topic = topics_.audit();
  message.payload = key_ ? north::encode_signed_audit_head(topics_.site(), *head, now.utc, *key_)
                         : north::encode_audit_head(topics_.site(), *head, now.utc);
  message.retained = true;
  message.content_type = "application/json";
  publish_(std::move(message), [acknowledged = acknowledged_, told = *head](Published said) {
    if (said == Published::Acknowledged) *acknowledged = told;
  });
}

}  // namespace metergate::runtime
