// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/login_sessions.hpp"

#include <algorithm>

#include "protocols/crypto/random.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::console {
namespace {

constexpr std::size_t kSecretOctets = 32;

crypto::Sha256Digest key_of(std::string_view cookie) { return crypto::sha256(octets_of(cookie)); }

std::string new_secret() { return hex::compact(crypto::random_octets<kSecretOctets>()); }

}  // namespace

bool LoginSessions::is_over(const LoginSession& session, Instant now) const {
  return now - session.last_used >= limits_.idle || now - session.began >= limits_.longest;
}

void LoginSessions::drop_old(Instant now) {
  std::erase_if(sessions_, [&](const auto& entry) { return is_over(entry.second, now); });
}

LoginSessions::Opened LoginSessions::open(const std::string& user,
                                          const crypto::Sha256Digest& credentials, Instant now) {
  drop_old(now);
  if (sessions_.size() >= kMost) {
    sessions_.erase(std::ranges::min_element(
        sessions_, {}, [](const auto& entry) { return entry.second.last_used; }));
  }
  Opened out{new_secret(), {user, credentials, new_secret(), now, now}};
  sessions_[key_of(out.cookie)] = out.session;
  return out;
}

std::optional<LoginSession> LoginSessions::find(std::string_view cookie, Use use, Instant now) {
  drop_old(now);
  const auto found = sessions_.find(key_of(cookie));
  if (found == sessions_.end()) return std::nullopt;
  if (use == Use::ByUser) found->second.last_used = now;
  return found->second;
}

void LoginSessions::close(std::string_view cookie) { sessions_.erase(key_of(cookie)); }

}  // namespace metergate::console
