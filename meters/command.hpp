// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "meters/capability.hpp"
#include "meters/command_proof.hpp"
#include "meters/event_log.hpp"
#include "meters/identity.hpp"
#include "meters/registry_names.hpp"
#include "meters/supply.hpp"
#include "meters/tariff.hpp"
#include "meters/tenancy.hpp"
#include "meters/time.hpp"
#include "meters/token.hpp"
#include "meters/token_order.hpp"

namespace metergate {

/// What may be asked of a meter, one topic level per verb.
enum class Verb : std::uint8_t {
  DeliverToken,
  SetRelay,
  Read,
  Synchronise,
  SetClock,
  Cancel,
  IssueToken,
  ResendTokens,
  ChangeRegistry,
  ChangeTenancy,
  ChangeSupplier,
  SetTariff,
  ExportTenancy,
  EraseTenancy
};

/// The line serves the smallest first; a command of an engineer at the box overtakes all
/// (issue order: command > token > relay > synchronisation > routine read).
enum class Priority : std::uint8_t { Urgent, Token, Relay, Synchronisation, Routine };

[[nodiscard]] std::string_view priority_word(Priority priority);
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view word);

/// Whether a command has to say who asks and why (promise 12).
enum class Accountability : std::uint8_t { Required, Optional };

/// Whether a lost answer may simply be asked for again.
enum class Repeatable : std::uint8_t { Yes, No };

/// Whom a command is for; its topic says which (docs/mqtt-api.md).
enum class Addressee : std::uint8_t { Meter, Box };

/// Commands to the box stand in the ledger under this name, where others have their meter's. No
/// meter may be called so.
inline constexpr std::string_view kBoxName = "_box";
[[nodiscard]] const MeterId& box_id();

struct VerbTraits {
  Verb verb;
  std::string_view word;
  Priority priority;
  Accountability accountability;
  Repeatable repeatable;
  std::optional<Capability> needs;
  Addressee addressee = Addressee::Meter;
};

/// The one place where a verb is described.
inline constexpr std::array kVerbs{
    VerbTraits{Verb::DeliverToken, "deliver-token", Priority::Token, Accountability::Required,
               Repeatable::No, Capability::Tokens},
    VerbTraits{Verb::SetRelay, "set-relay", Priority::Relay, Accountability::Required,
               Repeatable::No, Capability::OperateRelay},
    VerbTraits{Verb::Read, "read", Priority::Synchronisation, Accountability::Optional,
               Repeatable::Yes, std::nullopt},
    VerbTraits{Verb::Synchronise, "synchronise", Priority::Synchronisation,
               Accountability::Optional, Repeatable::Yes, std::nullopt},
    VerbTraits{Verb::SetClock, "set-clock", Priority::Relay, Accountability::Required,
               Repeatable::No, Capability::SetClock},
    VerbTraits{Verb::Cancel, "cancel", Priority::Urgent, Accountability::Required, Repeatable::Yes,
               std::nullopt},
    // Made and stored on this box; what goes to the meter is a `deliver-token` of its own.
    VerbTraits{Verb::IssueToken, "issue-token", Priority::Token, Accountability::Required,
               Repeatable::Yes, Capability::Tokens},
    VerbTraits{Verb::ResendTokens, "resend-tokens", Priority::Token, Accountability::Required,
               Repeatable::Yes, Capability::Tokens},
    // Judged and written down at once; meters hear nothing of it.
    VerbTraits{Verb::ChangeRegistry, "change-registry", Priority::Urgent, Accountability::Required,
               Repeatable::Yes, std::nullopt, Addressee::Box},
    // Of a meter that has no such order, the box does what can be done without one.
    VerbTraits{Verb::ChangeTenancy, "change-tenancy", Priority::Relay, Accountability::Required,
               Repeatable::No, std::nullopt},
    VerbTraits{Verb::ChangeSupplier, "change-supplier", Priority::Relay, Accountability::Required,
               Repeatable::No, Capability::ChangeSupplier},
    VerbTraits{Verb::SetTariff, "set-tariff", Priority::Relay, Accountability::Required,
               Repeatable::No, Capability::Tariffs},
    // Of what is on this box; the meter hears nothing of either.
    VerbTraits{Verb::ExportTenancy, "export-tenancy", Priority::Routine, Accountability::Required,
               Repeatable::Yes, std::nullopt},
    VerbTraits{Verb::EraseTenancy, "erase-tenancy", Priority::Routine, Accountability::Required,
               Repeatable::Yes, std::nullopt},
};

[[nodiscard]] const VerbTraits& traits_of(Verb verb);
[[nodiscard]] std::optional<Verb> parse_verb(std::string_view word);

/// The data classes `read` and the schedules speak of.
enum class DataClass : std::uint8_t {
  Registers,
  Daily,
  Profile,
  Logs,
  Clock,
  Relay,
  Billing,
  Tariff
};

inline constexpr std::array kAllDataClasses{
    DataClass::Registers, DataClass::Daily, DataClass::Profile, DataClass::Logs,
    DataClass::Clock,     DataClass::Relay, DataClass::Billing, DataClass::Tariff};

[[nodiscard]] std::string_view data_class_word(DataClass data);
[[nodiscard]] std::optional<DataClass> parse_data_class(std::string_view word);
[[nodiscard]] Capability capability_for(DataClass data);

struct DeliverToken {
  Token token;
  bool allow_repeat = false;  ///< send these digits although this meter was sent them before
};
struct SetRelay {
  SupplyState state = SupplyState::Off;
};
struct Read {
  std::vector<DataClass> what;
  std::optional<UtcSeconds> from;  ///< profile, daily: from here instead of the last stored
  std::optional<UtcSeconds> to;
};
struct Synchronise {};
struct SetClock {
  std::optional<UtcSeconds> time;  ///< absent: the gateway's own time when it is sent
};
struct Cancel {
  CommandId command;
};

/// Makes a token (or a key change set) for the meter.
struct IssueToken {
  TokenOrder order;
  TokenDelivery delivery = TokenDelivery::Remote;
  HandChannel channel = HandChannel::None;  ///< for Hand
  bool cleared = false;  ///< the customer may have it: nobody objects any more (J-19)
};
/// All outstanding tokens of the meter, oldest first, unchanged (J-04, J-07).
struct ResendTokens {
  TokenDelivery delivery = TokenDelivery::Remote;
  HandChannel channel = HandChannel::None;
  bool cleared = false;
};
/// What belongs together of meter, location and customer becomes another (J-55 to J-62).
struct ChangeRegistry {
  registry::Request request;
  std::optional<UtcTime> effective;  ///< absent: when it is accepted
  bool change_tenancy = false;  ///< order it of every meter that passes to another customer (J-57)
};

/// What a change of tenancy or of supplier asks for besides the change itself.
struct ChangeOrder {
  /// On the meter's clock. Absent: at once. Future: the box holds the change until then, so that
  /// it can collect everything first.
  std::optional<UtcSeconds> effective;
  ChangeActions actions;
  RelayAfter relay = RelayAfter::Unchanged;
  std::uint32_t event_id = 0;  ///< the issuer's own number for it
  bool uncollected = false;    ///< by name: do not wait until everything has been collected
};
struct ChangeTenancy {
  TenancySituation situation = TenancySituation::LeavesNow;
  ChangeOrder order;
};
struct ChangeSupplier {
  Supplier supplier;
  ChangeOrder order;
};
struct SetTariff {
  Tariff tariff;
  std::optional<UtcSeconds> activates;  ///< absent: at once
};
/// What is kept of a sealed tenancy is handed out to whoever has the right to it.
struct ExportTenancy {
  std::int64_t epoch = 0;
  bool publish = true;  ///< on the topics of sealed tenancies; otherwise the asker reads the ledger
};
/// ... and erased past recovery, as a tenant who has left may demand.
struct EraseTenancy {
  std::int64_t epoch = 0;
};

using CommandParams = std::variant<DeliverToken, SetRelay, Read, Synchronise, SetClock, Cancel,
                                   IssueToken, ResendTokens, ChangeRegistry, ChangeTenancy,
                                   ChangeSupplier, SetTariff, ExportTenancy, EraseTenancy>;

/// How the answer finds its asker (MQTT 5 request/response); empty: the default result topic.
struct ReplyTo {
  std::string response_topic;
  std::string correlation_data;
};

struct Command {
  CommandId id;
  MeterId meter;
  CommandParams params;
  UtcTime issued_at;
  UtcTime expires_at;
  std::optional<UtcTime> not_before;
  Priority priority = Priority::Routine;
  std::string operator_name;
  std::string work_order;  ///< one of work order and comment is given where the verb requires it
  std::string comment;
  ReplyTo reply_to;
  std::string origin;  ///< `mqtt`, or `local:<user>` over the control socket
  /// expires_at as the body had it; the message's own expiry may have made `expires_at` earlier.
  UtcTime stated_expires_at{};
  CommandProof
      proof{};  ///< who asks, as far as the body proves it; judged when it comes in, not kept

  [[nodiscard]] Verb verb() const { return static_cast<Verb>(params.index()); }
};

/// What both changes have in common; null for other commands.
[[nodiscard]] const ChangeOrder* change_order(const CommandParams& params);

}  // namespace metergate
