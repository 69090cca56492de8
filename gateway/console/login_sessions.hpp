// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "meters/time.hpp"
#include "protocols/crypto/hash.hpp"

namespace metergate::console {

/// Who is logged in. Kept by the hash of the cookie: whoever reads this memory has no cookie.
struct LoginSession {
  std::string user;
  crypto::Sha256Digest credentials{};  ///< of the user's entry when they came in
  std::string csrf_token;
  Instant began;
  Instant last_used;
};

/// The logins of the console. Time comes in; nothing here is on disk, so a restart ends them all.
class LoginSessions {
 public:
  static constexpr std::size_t kMost = 64;

  struct Limits {
    Duration idle = std::chrono::minutes{15};
    Duration longest = std::chrono::hours{8};
  };
  explicit LoginSessions(Limits limits) : limits_{limits} {}

  struct Opened {
    std::string cookie;  ///< 64 hex digits, told to the browser and kept nowhere
    LoginSession session;
  };
  /// Past kMost the one that was used least lately ends.
  [[nodiscard]] Opened open(const std::string& user, const crypto::Sha256Digest& credentials,
                            Instant now);
  enum class Use : unsigned char { ByUser, InBackground };
  /// Nothing for one that never was, has been idle or lasted too long. What a page does by itself
  /// does not keep a login alive.
  [[nodiscard]] std::optional<LoginSession> find(std::string_view cookie, Use use, Instant now);
  void close(std::string_view cookie);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  [[nodiscard]] Limits limits() const { return limits_; }

 private:
  [[nodiscard]] bool is_over(const LoginSession& session, Instant now) const;
  void drop_old(Instant now);

  Limits limits_;
  std::map<crypto::Sha256Digest, LoginSession> sessions_;
};

}  // namespace metergate::console
