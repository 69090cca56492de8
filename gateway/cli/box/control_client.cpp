// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

std::string why(int error) { return std::generic_category().message(error); }

CliError cut_off() {
  return {kUnavailable, "the gateway closed the connection before its answer was complete"};
}

/// Milliseconds for poll(2): -1 without a deadline.
int poll_time(std::optional<Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

CliResult<ControlClient> ControlClient::connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    return failure(CliError{kUsage, "socket path `" + text + "`: 1 to " +
                                        std::to_string(sizeof address.sun_path - 1) +
                                        " octets are allowed"});
  }
  text.copy(address.sun_path, text.size());
  ControlClient client{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (client.socket_ < 0 ||
      ::connect(client.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    std::string advice = "is the gateway running (`systemctl status metergate`)?";
    if (error == EACCES) advice = "you are not in the socket's group (`ls -l " + text + "`)";
    return failure(
        CliError{kUnavailable, "no answer at " + text + " (" + why(error) + "); " + advice});
  }
  return client;
}

ControlClient::~ControlClient() {
  if (socket_ >= 0) ::close(socket_);
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, received_{std::move(other.received_)} {}

CliResult<ControlClient::Ended> ControlClient::call(
    std::string_view method, const json::object& params, const OnLine& on_line,
    std::optional<std::chrono::milliseconds> limit) {
  const std::string request =
      json::serialize(json::object{{"method", method}, {"params", params}}) + '\n';
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t now = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return failure(cut_off());
    sent += static_cast<std::size_t>(now);
  }

  std::optional<Clock::time_point> deadline;
  if (limit) deadline = Clock::now() + *limit;
  for (;;) {
    for (auto end = received_.find('\n'); end != std::string::npos; end = received_.find('\n')) {
      boost::system::error_code failed;
      const json::value line = json::parse(received_.substr(0, end), failed);
      received_.erase(0, end + 1);
      if (failed || !line.is_object()) {
        return failure(CliError{kUnavailable,
                                "the gateway's answer is not understood; is it of "
                                "another release than this program?"});
      }
      const json::object& object = line.get_object();
      if (const json::value* error = object.if_contains("error")) {
        return failure(CliError{kRefused, error->is_string() ? std::string{error->get_string()}
                                                             : json::serialize(*error)});
      }
      if (on_line(object) == Wanted::NoMore || object.contains("end")) return Ended::Answered;
    }
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, poll_time(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && deadline && Clock::now() >= *deadline) return Ended::TimedOut;
    if (ready == 0) continue;
    std::array<char, 16'384> room{};
    const ssize_t got = ::recv(socket_, room.data(), room.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure(cut_off());
    received_.append(room.data(), static_cast<std::size_t>(got));
  }
}

CliResult<Done> ControlClient::ask(std::string_view method, const json::object& params,
                                   const OnLine& on_line) {
  const auto ended = call(method, params, on_line, kAnswerWithin);
  if (!ended) return failure(ended.error());
  if (*ended == Ended::Answered) return Done{};
  return failure(CliError{kUnavailable, "the gateway did not answer within " +
                                            std::to_string(kAnswerWithin.count()) + " s"});
}

}  // namespace metergate::cli
