// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/login_desk.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "gateway/console/answers.hpp"
#include "gateway/console/guard.hpp"
#include "gateway/keys/passphrase.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/crypto/same_octets.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::console {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostLoginOctets = 2'048;
constexpr std::string_view kCookieRights = "; Path=/; HttpOnly; SameSite=Strict";
/// One answer for a wrong name and a wrong password: it tells nobody who the users are.
constexpr std::string_view kWrong = "name or password is wrong";

struct Typed {
  std::string name;
  std::shared_ptr<keys::Passphrase> password;
};

std::optional<Typed> typed_of(const std::string& body) {
  if (body.size() > kMostLoginOctets) return std::nullopt;
  json::error_code broken;
  const json::value parsed = json::parse(body, broken);
  if (broken || !parsed.is_object()) return std::nullopt;
  const auto text = [&](std::string_view key) -> std::optional<std::string_view> {
    const json::value* value = parsed.get_object().if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view{value->get_string()};
  };
  const auto name = text("user");
  const auto password = text("password");
  if (!name || !password || password->size() > kLongestPassword) return std::nullopt;
  const OctetView secret = octets_of(*password);
  return Typed{std::string{*name},
               std::make_shared<keys::Passphrase>(Octets(secret.begin(), secret.end()))};
}

std::string set_cookie(std::string_view name, std::string_view value) {
  return std::string{name} + '=' + std::string{value} + std::string{kCookieRights};
}

}  // namespace

bool Visitor::may(Verb verb) const {
  return std::ranges::find(user.verbs, verb) != user.verbs.end();
}

LoginDesk::LoginDesk(const config::Console& settings, const House& house, const ConsoleWays& ways)
    : house_{house},
      ways_{ways},
      users_{settings.users_file},
      sessions_{{settings.session_idle, settings.session_max}},
      door_key_{crypto::random_octets<32>()} {}

std::optional<Visitor> LoginDesk::visitor_of(std::string_view cookie, LoginSessions::Use use) {
  auto session = sessions_.find(cookie, use, ways_.now().instant);
  if (!session) return std::nullopt;
  auto user = users_.find(session->user);
  if (!user || credentials_of(*user) != session->credentials ||
      !house_.is_operator(user->operator_name)) {
    sessions_.close(cookie);
    return std::nullopt;
  }
  return Visitor{std::move(*user), std::move(*session), std::string{cookie}};
}

std::optional<Visitor> LoginDesk::visitor(const Request& request) {
  const auto told = cookie(request.cookie, kSessionCookie);
  if (!told) return std::nullopt;
  return visitor_of(
      *told, request.in_background ? LoginSessions::Use::InBackground : LoginSessions::Use::ByUser);
}

bool LoginDesk::still_in(std::string_view told) {
  return visitor_of(told, LoginSessions::Use::InBackground).has_value();
}

std::string LoginDesk::door_token(std::string_view door_cookie) const {
  return hex::compact(crypto::hmac_sha256(door_key_, octets_of(door_cookie)));
}

bool LoginDesk::has_token(const Request& request, const std::optional<Visitor>& visitor) const {
  if (visitor) {
    return crypto::same_octets(octets_of(request.csrf_token),
                               octets_of(visitor->session.csrf_token));
  }
  const auto door = cookie(request.cookie, kDoorCookie);
  return door && crypto::same_octets(octets_of(request.csrf_token), octets_of(door_token(*door)));
}

Response LoginDesk::session(const Request& request, const std::optional<Visitor>& visitor) {
  const Now now = ways_.now();
  json::object out{{"site", house_.site.text()},
                   {"version", METERGATE_VERSION},
                   {"now", rfc3339::text(now.utc)}};
  Response response;
  if (visitor) {
    const auto limits = sessions_.limits();
    const auto left = std::min(visitor->session.last_used + limits.idle,
                               visitor->session.began + limits.longest) -
                      now.instant;
    json::array verbs;
    for (const Verb verb : visitor->user.verbs) verbs.emplace_back(traits_of(verb).word);
    out["user"] = visitor->user.name;
    out["operator"] = visitor->user.operator_name;
    out["verbs"] = std::move(verbs);
    out["csrf"] = visitor->session.csrf_token;
    out["ends_in_s"] = std::chrono::ceil<std::chrono::seconds>(left).count();
  } else {
    // The door's cookie and token prove that the login form is ours and this browser's.
    const auto there = cookie(request.cookie, kDoorCookie);
    const std::string door =
        there ? std::string{*there} : hex::compact(crypto::random_octets<16>());
    out["csrf"] = door_token(door);
    if (!there) response.headers.emplace_back("Set-Cookie", set_cookie(kDoorCookie, door));
    if (users_.trouble()) out["nobody_can_log_in"] = true;
  }
  response.body = json::serialize(out);
  return response;
}

void LoginDesk::log_in(const Request& request, std::shared_ptr<Answerer> asker) {
  auto typed = typed_of(request.body);
  if (!typed || !is_identifier(typed->name)) return asker->answer(complaint(401, kWrong));
  const Instant now = ways_.now().instant;
  const Duration wait = throttle_.wait(typed->name, now);
  if (wait > Duration::zero() || waiting_ >= kMostWaiting) {
    const auto seconds =
        std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
    Response slow =
        complaint(429, "too many tries; try again in " + std::to_string(seconds.count()) + " s");
    slow.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
    return asker->answer(std::move(slow));
  }
  throttle_.tried(typed->name, now);
  auto user = users_.find(typed->name);
  // A stranger takes as long as a user.
  const auto kept = std::make_shared<PasswordHash>(user ? user->password : nobodys_password());
  const auto is_right = std::make_shared<bool>(false);
  ++waiting_;
  ways_.aside([kept, is_right,
               password = typed->password] { *is_right = matches(*kept, password->view()); },
              [this, name = typed->name, user = std::move(user), is_right, asker] {
                --waiting_;
                judged(name, user, *is_right, asker);
              });
}

void LoginDesk::judged(const std::string& name, const std::optional<ConsoleUser>& user,
                       bool is_right, const std::shared_ptr<Answerer>& asker) {
  const auto refuse = [&](std::string_view why) {
    ways_.tell(journal::kConsoleLoginRefused, {{"user", name}, {"what", std::string{why}}});
    asker->answer(complaint(401, kWrong));
  };
  if (!user) {
    const auto trouble = users_.trouble();
    return refuse(trouble ? *trouble : "there is no such user");
  }
  if (!is_right) return refuse("the password is wrong");
  if (!house_.is_operator(user->operator_name)) {
    return refuse("operator " + user->operator_name + " is not in the configuration");
  }
  throttle_.succeeded(name);
  const auto opened = sessions_.open(name, credentials_of(*user), ways_.now().instant);
  ways_.tell(journal::kConsoleLogin, {{"user", name}, {"operator", user->operator_name}});
  Response response;
  response.body = "{}";
  response.headers.emplace_back("Set-Cookie", set_cookie(kSessionCookie, opened.cookie));
  asker->answer(std::move(response));
}

Response LoginDesk::log_out(const Visitor& visitor) {
  sessions_.close(visitor.cookie);
  ways_.tell(journal::kConsoleLogout, {{"user", visitor.user.name}});
  Response response;
  response.body = "{}";
  response.headers.emplace_back("Set-Cookie", set_cookie(kSessionCookie, "") + "; Max-Age=0");
  return response;
}

}  // namespace metergate::console
