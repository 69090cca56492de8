// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>

#include <cstdio>

#include "gateway/sim/street/control_channel.hpp"
#include "gateway/sim/street/street.hpp"

namespace metergate::sim {
namespace {

void complain(const std::string& what) {
  std::fprintf(stderr, "metergate sim: %s\n", what.c_str());
}

}  // namespace

int run_street(const StreetOptions& options) {
  // Before any thread starts, so that the signals reach nobody but the wait below.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &stop, &before);

  auto street = Street::open(options);
  if (!street) {
    complain(street.error());
    return 1;
  }
  const auto channel = ControlChannel::open(control_socket(options), [&](std::string_view line) {
    return street_command(**street, line);
  });
  if (!channel) {
    complain(channel.error());
    return 1;
  }
  std::printf("%zu meters; control socket %s\n", (*street)->places().size(),
              control_socket(options).c_str());
  for (const Street::Wire& wire : (*street)->wires()) {
    std::printf("%s\n", (options.directory / wire.name).c_str());
  }
  if (const auto line = (*street)->dlms_line()) std::printf("%s (DLMS)\n", line->c_str());
  if (const auto line = (*street)->mode_c_line()) std::printf("%s (mode C)\n", line->c_str());
  if ((*street)->tcp_port() != 0) std::printf("127.0.0.1:%u\n", unsigned{(*street)->tcp_port()});
  if ((*street)->dlms_port() != 0) {
    std::printf("127.0.0.1:%u (DLMS)\n", unsigned{(*street)->dlms_port()});
  }
  std::fflush(stdout);

  const timespec tick{0, 250'000'000};
  while (::sigtimedwait(&stop, nullptr, &tick) < 0) (*street)->tick();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return 0;
}

}  // namespace metergate::sim
