// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "gateway/links/mqtt_client.hpp"
#include "gateway/north/topics.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "protocols/crypto/ed25519.hpp"
#include "storage/audit/audit_chain.hpp"

namespace metergate::runtime {

/// Publishes the head of the audit trail, retained: within a minute of a change, never more often,
/// after each connection and at the end. Whoever keeps it elsewhere finds a trail that was forged
/// as a whole (IEC 62443-4-2 CR 2.12); the box itself cannot.
class AuditHeadTeller {
 public:
  using Publish = std::function<void(MqttMessage, std::function<void(Published)>)>;

  /// `key`: signs what is told; without one it goes as it is.
  AuditHeadTeller(LedgerKeeper& keeper, Agenda& agenda, const north::Topics& topics,
                  Publish publish, std::optional<crypto::Ed25519KeyPair> key);

  void start(Now now);
  /// A broker that was away may have forgotten what it retained.
  void connected(Now now);
  void stop(Now now);

 private:
  /// What the broker has not acknowledged yet; only what is durable.
  void tell(Now now);
  void look_again(Now now);

  LedgerKeeper& keeper_;
  Agenda& agenda_;
  const north::Topics& topics_;
  Publish publish_;
  std::optional<crypto::Ed25519KeyPair> key_;
  /// Shared with answers of the broker that come when this is gone.
  std::shared_ptr<AuditHead> acknowledged_ = std::make_shared<AuditHead>();
};

}  // namespace metergate::runtime
