// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "gateway/console/console_ways.hpp"
#include "gateway/console/house.hpp"
#include "gateway/console/http_message.hpp"
#include "gateway/console/login_sessions.hpp"
#include "gateway/console/login_throttle.hpp"
#include "gateway/console/users_file.hpp"

namespace metergate::console {

/// Somebody who is logged in, as the users file has them now.
struct Visitor {
  ConsoleUser user;
  LoginSession session;
  std::string cookie;

  [[nodiscard]] bool may(Verb verb) const;
};

/// Who comes in. Passwords are looked at away from the loop; every other answer is given at once.
class LoginDesk {
 public:
  LoginDesk(const config::Console& settings, const House& house, const ConsoleWays& ways);

  /// Nothing without a login that holds: of a user who is still in the file, unchanged, whose
  /// operator is still in the configuration.
  [[nodiscard]] std::optional<Visitor> visitor(const Request& request);
  /// The same for a stream that was opened with this cookie; it keeps nothing alive.
  [[nodiscard]] bool still_in(std::string_view cookie);
  /// `X-CSRF-Token` has to be the one the page was given: of the login, or of the door before it.
  [[nodiscard]] bool has_token(const Request& request, const std::optional<Visitor>& visitor) const;

  /// What the page needs first: who is in, what they may, and the token for its POSTs.
  [[nodiscard]] Response session(const Request& request, const std::optional<Visitor>& visitor);
  void log_in(const Request& request, std::shared_ptr<Answerer> asker);
  [[nodiscard]] Response log_out(const Visitor& visitor);

 private:
  static constexpr std::size_t kMostWaiting = 4;  ///< scrypt takes 32 MB each

  [[nodiscard]] std::optional<Visitor> visitor_of(std::string_view cookie, LoginSessions::Use use);
  [[nodiscard]] std::string door_token(std::string_view door_cookie) const;
  void judged(const std::string& name, const std::optional<ConsoleUser>& user, bool is_right,
              const std::shared_ptr<Answerer>& asker);

  const House& house_;
  const ConsoleWays& ways_;
  UsersFile users_;
  LoginSessions sessions_;
  LoginThrottle throttle_;
  std::array<std::uint8_t, 32> door_key_;
  std::size_t waiting_ = 0;
};

}  // namespace metergate::console
