// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/callers.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/sim/dlms/push.hpp"
#include "gateway/sim/dlms/tcp_server.hpp"
#include "gateway/sim/wire/descriptor.hpp"
#include "protocols/dlms/wrapper.hpp"

namespace metergate::sim {
namespace {

using Clock = std::chrono::steady_clock;
using virtual_meter::VirtualMeter;

/// How often each looks whether it has something to do.
constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::seconds kDialAgainAfter{1};
constexpr std::uint16_t kLogicalDevice = 1;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

Descriptor connect_to(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, FreeAddresses> list{found};
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Descriptor socket{::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol)};
    if (!socket || ::connect(socket.get(), one->ai_addr, one->ai_addrlen) != 0) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
  }
  return {};
}

bool send_all(int socket, OctetView octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

struct Caller {
  StreetMeter* meter;
  DlmsMeter* dlms;
  Descriptor socket{};
  std::unique_ptr<TcpPeer> peer{};
  Clock::time_point dial_at{};
  std::uint32_t pushes = 0;
  struct Answer {
    Clock::time_point due;
    Octets octets;
  };
  std::vector<Answer> waiting{};

  void hang_up() {
    socket.reset();
    peer.reset();
    waiting.clear();
    dial_at = Clock::now() + kDialAgainAfter;
  }
};

}  // namespace

class DlmsCallers::Thread {
 public:
  Thread(std::string host, std::uint16_t port)
      : host_{std::move(host)}, port_{port}, stop_{::eventfd(0, EFD_CLOEXEC)} {}
  ~Thread() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  void add(StreetMeter& meter, DlmsMeter& dlms) {
    meter.push_orders().accept();
    callers_.push_back(Caller{&meter, &dlms});
  }
  void start() {
    thread_ = std::thread{[this] { run(); }};
  }

 private:
  void run() {
    Clock::time_point look_at{};
    for (;;) {
      std::vector<pollfd> sources{{stop_.get(), POLLIN, 0}};
      for (const Caller& caller : callers_) sources.push_back({caller.socket.get(), POLLIN, 0});
      ::poll(sources.data(), sources.size(), static_cast<int>(kTick.count()) / 4);
      if (sources[0].revents != 0) return;
      for (std::size_t at = 0; at < callers_.size(); ++at) {
        Caller& caller = callers_[at];
        if (sources[at + 1].revents != 0 && !receive(caller)) caller.hang_up();
        if (caller.socket && !send_due(caller)) caller.hang_up();
      }
      if (Clock::now() < look_at) continue;
      look_at = Clock::now() + kTick;
      for (Caller& caller : callers_) look_after(caller);
    }
  }

  static bool receive(Caller& caller) {
    std::array<std::uint8_t, 2'048> buffer;
    const ssize_t got = ::recv(caller.socket.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    auto answers = caller.peer->take(OctetView{buffer}.first(static_cast<std::size_t>(got)));
    if (!answers) return false;
    for (TcpPeer::Answer& answer : *answers) {
      caller.waiting.push_back({Clock::now() + answer.late, std::move(answer.octets)});
    }
    return true;
  }

  static bool send_due(Caller& caller) {
    const auto now = Clock::now();
    bool alive = true;
    std::erase_if(caller.waiting, [&](const Caller::Answer& answer) {
      if (answer.due > now) return false;
      alive = alive && send_all(caller.socket.get(), answer.octets);
      return true;
    });
    return alive;
  }

  void look_after(Caller& caller) {
    const auto powered =
        caller.meter->with([](VirtualMeter& meter, UtcSeconds) { return meter.powered(); });
    const bool here = powered && *powered && !caller.meter->faults().settings().silent;
    if (!here) {
      if (caller.socket) caller.hang_up();
      return;
    }
    if (!caller.socket) {
      if (Clock::now() < caller.dial_at) return;
      caller.socket = connect_to(host_, port_);
      if (!caller.socket) return caller.hang_up();
      caller.peer = make_wrapper_peer({{kLogicalDevice, caller.dlms}});
    }
    push_news(caller);
  }

  static void push_news(Caller& caller) {
    const auto news = caller.meter->with([&](VirtualMeter& meter, UtcSeconds) -> Octets {
      const auto told = meter.pushes(1);
      if (told.empty()) return {};
      meter.pushed(told);
      return dlms_push(meter.serial(), meter.meter_time(), ++caller.pushes);
    });
    if (news && !news->empty() && !push(caller, *news)) return caller.hang_up();
    while (const auto ordered = caller.dlms->ordered_push()) {
      if (!push(caller, *ordered)) return caller.hang_up();
    }
  }

  static bool push(const Caller& caller, const Octets& apdu) {
    return send_all(caller.socket.get(),
                    dlms::encode_wrapper({kLogicalDevice, kDlmsManagementClient, apdu}));
  }

  const std::string host_;
  const std::uint16_t port_;
  Descriptor stop_;
  std::vector<Caller> callers_;
  std::thread thread_;
};

DlmsCallers::DlmsCallers(std::string host, std::uint16_t port)
    : thread_{std::make_unique<Thread>(std::move(host), port)} {}
DlmsCallers::~DlmsCallers() = default;
void DlmsCallers::add(StreetMeter& meter, DlmsMeter& dlms) { thread_->add(meter, dlms); }
void DlmsCallers::start() { thread_->start(); }

}  // namespace metergate::sim
