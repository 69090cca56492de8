// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/pseudo_terminal.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include <algorithm>
#include <array>
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

std::uint32_t PseudoTerminal::speed() const {
  struct Speed {
    speed_t code;
    std::uint32_t baud;
  };
  constexpr std::array kSpeeds{
      Speed{B300, 300},      Speed{B600, 600},        Speed{B1200, 1'200},    Speed{B2400, 2'400},
      Speed{B4800, 4'800},   Speed{B9600, 9'600},     Speed{B19200, 19'200},  Speed{B38400, 38'400},
      Speed{B57600, 57'600}, Speed{B115200, 115'200}, Speed{B230400, 230'400}};
  termios settings{};
  if (::tcgetattr(far_end_.get(), &settings) != 0) return 0;
  const auto known = std::ranges::find(kSpeeds, ::cfgetospeed(&settings), &Speed::code);
  return known == kSpeeds.end() ? 0 : known->baud;
}

}  // namespace metergate::sim
