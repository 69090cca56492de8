// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/control_channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/street/street.hpp"
#include "gateway/sim/wire/descriptor.hpp"

namespace metergate::sim {
namespace {

constexpr std::size_t kLongestLine = 65'536;

Failure<std::string> failed(const std::string& what) {
  return failure(what + ": " + std::error_code{errno, std::generic_category()}.message());
}

bool address_of(const std::filesystem::path& socket, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  const std::string text = socket.string();
  if (text.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return true;
}

const sockaddr* raw(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool send_line(int socket, std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

struct Caller {
  Descriptor socket;
  std::string received;
};

}  // namespace

class ControlChannel::Thread {
 public:
  Thread(Descriptor listener, StopEvent stop, std::filesystem::path socket, Answer answer)
      : listener_{std::move(listener)},
        stop_{std::move(stop)},
        socket_{std::move(socket)},
        answer_{std::move(answer)},
        thread_{[this] { run(); }} {}

  ~Thread() {
    stop_.raise();
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove(socket_, ignored);
  }

 private:
  void run() {
    for (;;) {
      std::vector<pollfd> sources{{stop_.descriptor(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const Caller& caller : callers_) sources.push_back({caller.socket.get(), POLLIN, 0});
      ::poll(sources.data(), sources.size(), -1);
      if (sources[0].revents != 0) return;
      std::size_t at = 2;
      for (auto caller = callers_.begin(); caller != callers_.end(); ++at) {
        const bool alive = sources[at].revents == 0 || serve(*caller);
        caller = alive ? std::next(caller) : callers_.erase(caller);
      }
      if (sources[1].revents != 0) {
        Descriptor accepted{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (accepted) callers_.push_back({std::move(accepted), {}});
      }
    }
  }

  /// False when the caller is to be hung up on.
  bool serve(Caller& caller) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(caller.socket.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    caller.received.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = caller.received.find('\n')) != std::string::npos;) {
      const std::string line = caller.received.substr(0, end);
      caller.received.erase(0, end + 1);
      if (!send_line(caller.socket.get(), answer_(line))) return false;
    }
    return caller.received.size() < kLongestLine;
  }

  const Descriptor listener_;
  const StopEvent stop_;
  const std::filesystem::path socket_;
  const Answer answer_;
  std::list<Caller> callers_;
  std::thread thread_;  ///< last, so that it starts when everything else is there
};

Result<std::unique_ptr<ControlChannel>, std::string> ControlChannel::open(
    const std::filesystem::path& socket, Answer answer) {
  sockaddr_un address;
  if (!address_of(socket, address)) {
    return failure("the path of the control socket is too long: " + socket.string());
  }
  Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!listener) return failed("cannot make a socket");
  // The street's lock says that nobody listens there any more.
  std::error_code ignored;
  std::filesystem::remove(socket, ignored);
  if (::bind(listener.get(), raw(address), sizeof address) != 0 ||
      ::chmod(socket.c_str(), 0600) != 0 || ::listen(listener.get(), 8) != 0) {
    return failed("cannot listen on " + socket.string());
  }
  auto stop = StopEvent::open();
  if (!stop) return failure(stop.error());
  return std::unique_ptr<ControlChannel>{new ControlChannel{
      std::make_unique<Thread>(std::move(listener), std::move(*stop), socket, std::move(answer))}};
}

ControlChannel::ControlChannel(std::unique_ptr<Thread> thread) : thread_{std::move(thread)} {}
ControlChannel::~ControlChannel() = default;

Result<std::string, std::string> street_request(const std::filesystem::path& socket,
                                                std::string_view json_line) {
  sockaddr_un address;
  if (!address_of(socket, address)) {
    return failure("the path of the control socket is too long: " + socket.string());
  }
  const Descriptor caller{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!caller || ::connect(caller.get(), raw(address), sizeof address) != 0) {
    return failed("no street answers at " + socket.string());
  }
  if (!send_line(caller.get(), std::string{json_line})) return failed("the street hung up");
  std::string answer;
  std::array<char, 65'536> buffer;
  while (answer.empty() || answer.back() != '\n') {
    const ssize_t got = ::recv(caller.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure(std::string{"the street hung up without an answer"});
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  answer.pop_back();
  return answer;
}

}  // namespace metergate::sim
