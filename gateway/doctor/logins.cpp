// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/logins.hpp"

#include <algorithm>

#include "gateway/console/users_file.hpp"

namespace metergate::doctor {

Findings look_at_logins(const config::Console& console, const AccessRules& rules) {
  const std::string subject = "web console";
  const auto users = console::read_users(console.users_file);
  if (!users) {
    return {{Verdict::Fail, subject, users.error(),
             "Nobody can log in: set its owner and mode right, or make it anew with `metergate "
             "console-user add`."}};
  }
  if (users->empty()) {
    return {{Verdict::Warn, subject, "nobody has a login", "metergate console-user add"}};
  }
  Findings out;
  for (const console::ConsoleUser& user : *users) {
    if (std::ranges::find(rules.operators, user.operator_name, &Operator::name) !=
        rules.operators.end()) {
      continue;
    }
    out.push_back({Verdict::Warn, subject,
                   user.name + " cannot log in: operator " + user.operator_name +
                       " is not in the configuration",
                   "Add the [[operator]], or metergate console-user remove " + user.name});
  }
  if (out.empty()) {
    out.push_back({Verdict::Ok, subject, std::to_string(users->size()) + " may log in", {}});
  }
  return out;
}

}  // namespace metergate::doctor
