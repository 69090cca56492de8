// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/closed_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace metergate::runtime {

void close_memory() {
  // Both: the limit is not looked at where cores go to a program (core(5)), and the flag is
  // forgotten with an exec. Neither call fails with these arguments.
  constexpr rlimit kNone{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace metergate::runtime
