// SPDX-License-Identifier: Apache-2.0
#include "config/read_access.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "config/nearest_word.hpp"
#include "meters/identifier_rule.hpp"
#include "meters/identity.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

constexpr std::string_view kKeyRule =
    "64 hex digits of an Ed25519 public key, as metergate operator make-key prints them";
// The largest a token can hold (IEC 62055-41 6.3.2, 6.3.6), and the smallest limit (J-33).
constexpr Bounds kEnergyWh{1, 1'820'162'400};
constexpr Bounds kPowerW{10, 18'201'624};

/// Calls `take` with each text of the list; the error of a wrong one points at that very one.
void each_text(TableReader& in, std::string_view key, Need need, std::string_view expected,
               const std::function<void(const std::string&, const Node&)>& take) {
  const Node* node = in.find(key, need, expected);
  if (node == nullptr) return;
  const auto* list = std::get_if<Node::List>(&node->value);
  if (list == nullptr) return in.wrong(key, *node, expected);
  for (const Node& element : *list) {
    if (const auto* text = std::get_if<std::string>(&element.value)) {
      take(*text, element);
    } else {
      in.wrong(key, element, expected);
    }
  }
}

/// `did you mean credit? allowed are ...`
std::string one_of(std::string_view written, const std::vector<std::string>& known) {
  std::string out;
  if (const auto near = nearest_word(written, known)) out = "did you mean `" + *near + "`? ";
  out += "one of";
  for (const std::string& word : known) out += (&word == &known.front() ? " " : ", ") + word;
  return out;
}

void read_functions(TableReader& in, std::string_view key, TokenFunctionSet& into,
                    Need need = Need::Optional) {
  if (in.has(key)) into = {};
  each_text(in, key, need, "a list of functions in quotes",
            [&](const std::string& word, const Node& element) {
              if (const auto function = parse_token_function(word)) return into.add(*function);
              std::vector<std::string> known;
              for (const TokenFunctionTraits& one : kTokenFunctions) known.emplace_back(one.word);
              in.wrong(key, element, one_of(word, known));
            });
}

/// A limit goes with the function it limits, and never stands without one.
void read_limit(TableReader& in, const Role& role, TokenFunction function, std::string_view key,
                std::int64_t& into) {
  const std::string word{traits_of(function).word};
  if (!role.functions.has(function)) {
    if (in.has(key)) in.contradicts(key, "none, or " + word + " among the functions");
  }
  const Need need = role.functions.has(function) ? Need::Required : Need::Optional;
  in.number(key, into, kEnergyWh, need);
}

void read_power_range(TableReader& in, Role& role) {
  const bool limits_power = role.functions.has(TokenFunction::PowerLimit) ||
                            role.functions.has(TokenFunction::PhaseUnbalanceLimit);
  for (const std::string_view key : {"power_limit_min_w", "power_limit_max_w"}) {
    if (!limits_power && in.has(key)) {
      in.contradicts(key, "none, or power-limit or phase-unbalance-limit among the functions");
    }
  }
  in.number("power_limit_min_w", role.power_limit_min_w, kPowerW);
  in.number("power_limit_max_w", role.power_limit_max_w, kPowerW,
            limits_power ? Need::Required : Need::Optional);
  if (in.has("power_limit_max_w") && role.power_limit_max_w < role.power_limit_min_w) {
    in.contradicts("power_limit_max_w", "at least power_limit_min_w");
  }
}

Role read_role(TableReader& in) {
  Role role;
  in.text("name", role.name, Need::Required);
  read_functions(in, "functions", role.functions, Need::Required);
  read_limit(in, role, TokenFunction::Credit, "credit_limit_wh", role.credit_limit_wh);
  read_limit(in, role, TokenFunction::FreeIssue, "free_issue_limit_wh", role.free_issue_limit_wh);
  read_power_range(in, role);
  in.flag("engineering_to_customer", role.engineering_to_customer);
  in.flag("registry", role.registry);
  in.flag("tenancy", role.tenancy);
  in.flag("connect", role.connect);
  in.flag("sealed", role.sealed);
  in.finish();
  return role;
}

/// Nothing of a wrong one is shown: it may be the private key.
void read_public_keys(TableReader& in, Operator& into) {
  each_text(in, "public_keys", Need::Optional, "a list of public keys in quotes",
            [&](const std::string& text, const Node& element) {
              const auto octets = hex::parse(text);
              crypto::Ed25519PublicKey key{};
              const Node unseen{element.line, std::to_string(text.size()) + " characters"};
              if (!octets || octets->size() != key.size()) {
                return in.wrong("public_keys", unseen, kKeyRule);
              }
              std::ranges::copy(*octets, key.begin());
              if (crypto::is_small_order(key)) {
                return in.wrong("public_keys", unseen, "a key that not everybody can sign with");
              }
              into.public_keys.push_back(key);
            });
}

class OperatorList {
 public:
  explicit OperatorList(const AccessRules& rules) : rules_{rules} {}

  [[nodiscard]] Operator read(TableReader& in) {
    Operator one;
    in.text("name", one.name, Need::Required);
    read_roles(in, one);
    read_public_keys(in, one);
    in.text("local_user", one.local_user);
    if (in.has("name") && (!is_identifier(one.name) || !names_.insert(one.name).second)) {
      in.contradicts("name", std::string{kIdentifierRule} + ", and no other operator's name");
    }
    if (!one.local_user.empty() && !local_users_.insert(one.local_user).second) {
      in.contradicts("local_user", "a login that belongs to no other operator");
    }
    for (const crypto::Ed25519PublicKey& key : one.public_keys) {
      const auto [owner, is_new] = keys_.emplace(key, one.name);
      // One person with two names would be two operators.
      if (!is_new) {
        in.contradicts("public_keys", "keys nobody else has; " + owner->second + " has this one");
      }
    }
    if (rules_.require_signature && !in.has("public_keys") && one.local_user.empty()) {
      in.missing("public_keys", "a public key or a local_user; else nobody can prove to be " +
                                    (one.name.empty() ? "this operator" : one.name));
    }
    in.finish();
    return one;
  }

 private:
  void read_roles(TableReader& in, Operator& into) {
    each_text(in, "roles", Need::Required, "a list of roles in quotes",
              [&](const std::string& name, const Node& element) {
                if (std::ranges::find(rules_.roles, name, &Role::name) != rules_.roles.end()) {
                  return into.roles.push_back(name);
                }
                std::vector<std::string> known;
                for (const Role& role : rules_.roles) known.push_back(role.name);
                in.wrong("roles", element,
                         known.empty() ? "a [[role]]; there is none" : one_of(name, known));
              });
  }

  const AccessRules& rules_;
  std::set<std::string> names_;
  std::set<std::string> local_users_;
  std::map<crypto::Ed25519PublicKey, std::string> keys_;
};

void read_general(TableReader in, AccessRules& rules) {
  in.flag("require_signature", rules.require_signature);
  read_functions(in, "always_signed", rules.always_signed);
  in.flag("sign_relay", rules.sign_relay);
  read_functions(in, "dual_control", rules.dual_control);
  in.number("meters_alone_per_hour", rules.meters_alone_per_hour, {0, 10'000});
  if (auto states = in.table("refused_when")) {
    for (const MeterConditionTraits& row : kMeterConditions) {
      TokenFunctionSet& refused = rules.refused_when[static_cast<std::size_t>(row.condition)];
      read_functions(*states, row.word, refused);
      refused = refused | row.always;
    }
    states->finish();
  }
  in.finish();
}

}  // namespace

AccessRules read_access(TableReader& root) {
  AccessRules rules;
  rules.configured = root.has("access") || root.has("role") || root.has("operator");
  auto general = root.table("access");
  if (general) read_general(*general, rules);
  for (TableReader& table : root.tables("role")) {
    Role role = read_role(table);
    const bool is_taken =
        std::ranges::find(rules.roles, role.name, &Role::name) != rules.roles.end();
    if (!role.name.empty() && (!is_identifier(role.name) || is_taken)) {
      table.contradicts("name", std::string{kIdentifierRule} + ", and no other role's name");
    }
    rules.roles.push_back(std::move(role));
  }
  OperatorList operators{rules};
  for (TableReader& table : root.tables("operator")) {
    rules.operators.push_back(operators.read(table));
  }
  const bool one_can_approve =
      rules.operators.size() > 1 && std::ranges::any_of(rules.operators, [](const Operator& one) {
        return !one.public_keys.empty();
      });
  if (general && rules.meters_alone_per_hour > 0 && !one_can_approve) {
    general->contradicts("meters_alone_per_hour",
                         "0, or two operators of whom one has public_keys: a second operator "
                         "approves by signature");
  }
  return rules;
}

}  // namespace metergate::config
