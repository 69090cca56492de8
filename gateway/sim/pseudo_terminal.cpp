// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/pseudo_terminal.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include <cerrno>
#include <system_error>

namespace metergate::sim {
namespace {

Failure<std::string> failed(const char* what) {
  return failure(std::string{what} + ": " +
                 std::error_code{errno, std::generic_category()}.message());
}

}  // namespace

Result<PseudoTerminal, std::string> PseudoTerminal::open() {
  PseudoTerminal terminal;
  terminal.far_end_ = Descriptor{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!terminal.far_end_) return failed("cannot open a pseudo-terminal");
  const int far = terminal.far_end_.get();
  char name[128];
  if (::grantpt(far) != 0 || ::unlockpt(far) != 0 || ::ptsname_r(far, name, sizeof name) != 0) {
    return failed("cannot prepare the pseudo-terminal");
  }
  terminal.device_ = name;
  terminal.near_end_ = Descriptor{::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!terminal.near_end_) return failed("cannot open the pseudo-terminal's device");
  termios settings{};
  if (::tcgetattr(terminal.near_end_.get(), &settings) != 0) return failed("tcgetattr");
  ::cfmakeraw(&settings);
  if (::tcsetattr(terminal.near_end_.get(), TCSANOW, &settings) != 0) return failed("tcsetattr");
  if (::fcntl(far, F_SETFL, O_NONBLOCK) != 0) return failed("fcntl");
  return terminal;
}

}  // namespace metergate::sim
