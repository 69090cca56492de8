// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

/// Every fuzz program's corpus without libFuzzer, in a moment: each input as it is, cut short, and
/// with an octet changed. What is wrong ends the process, and the last line says by which input.
namespace {

using Octets = std::vector<std::uint8_t>;

struct Target {
  const char* name;
  int (*run)(const std::uint8_t*, std::size_t);
};

}  // namespace

#define METERGATE_FUZZ_TARGET(name) \
  extern "C" int name##_input(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef METERGATE_FUZZ_TARGET

namespace {

#define METERGATE_FUZZ_TARGET(name) {#name, name##_input},
constexpr Target kTargets[] = {
#include "fuzz_targets.inc"
};
#undef METERGATE_FUZZ_TARGET

/// Of each input; longer ones are cut and changed at places that lie evenly.
constexpr std::size_t kCuts = 60;
constexpr std::size_t kChanges = 60;

std::string doing;

void tell_and_end(int signal) {
  static_cast<void>(::write(STDERR_FILENO, doing.data(), doing.size()));
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

class Replay {
 public:
  void run(const Target& target, const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    const Octets whole{std::istreambuf_iterator<char>{in}, {}};
    const std::string where = std::string{target.name} + ", " + file.filename().string();
    one(target, whole, where + ", as it is\n");
    const std::size_t step = std::max<std::size_t>(1, whole.size() / kCuts);
    for (std::size_t length = 0; length < whole.size(); length += step) {
      one(target, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)},
          where + ", the first " + std::to_string(length) + " octets\n");
    }
    for (std::size_t i = 0; i < kChanges && !whole.empty(); ++i) {
      Octets changed = whole;
      const std::size_t at = chance_() % changed.size();
      changed[at] = static_cast<std::uint8_t>(chance_());
      one(target, changed,
          where + ", octet " + std::to_string(at) + " is " + std::to_string(changed[at]) + "\n");
    }
  }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }

 private:
  void one(const Target& target, const Octets& input, std::string what) {
    doing = std::move(what);
    // A copy of its very size: a sanitizer sees what is read beyond it.
    const Octets exact{input};
    static_cast<void>(target.run(exact.data(), exact.size()));
    ++inputs_;
  }

  std::mt19937 chance_{20'260'301};
  std::size_t inputs_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) ::signal(signal, tell_and_end);
  Replay replay;
  for (const Target& target : kTargets) {
    if (argc > 1 && std::strcmp(argv[1], target.name) != 0) continue;
    std::vector<std::filesystem::path> files;
    const std::filesystem::path corpus{METERGATE_SOURCE_DIR "/tests/fuzz/corpus"};
    for (const auto& entry : std::filesystem::directory_iterator{corpus / target.name}) {
      files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) replay.run(target, file);
  }
  std::cout << replay.inputs() << " inputs\n";
  return replay.inputs() == 0 ? 1 : 0;
}
