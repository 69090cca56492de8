// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "gateway/cli/terminal/progress.hpp"
#include "tests/soak/soak.hpp"

namespace {

constexpr const char* kAbout =
    R"(Runs the whole gateway beside dozens of virtual meters, in accelerated time: changes of
tenancy and of supplier, tariffs, relay orders, tokens, people at the meters - and kills, power
cuts, lost answers, silent lines, brokers that go, clocks that are wrong. Afterwards every promise
is held against what the meters themselves remember.

The same seed does the same things and prints the same digest.)";
constexpr const char* kExamples = R"(examples:
  scripts/soak                                  one day of 24 meters, seed 1
  scripts/soak --seed 7 --hours 72 --meters 36
  scripts/soak --steady --hours 2160 --meters 12   90 days, for what grows slowly
  scripts/soak --seed 7 --journal soak.log      what the gateway said, to look into a violation

exit code: 0 all promises held, 1 one did not, 2 the command line is wrong)";
constexpr std::size_t kSteps = 1'000;

}  // namespace

int main(int argc, char** argv) {
  metergate::soak::Options options;
  std::string json;
  CLI::App app{kAbout, "scripts/soak"};
  app.footer(kExamples);
  app.add_option("--seed", options.seed, "what chance begins with")->capture_default_str();
  app.add_option("--hours", options.hours, "virtual hours in which things happen")
      ->check(CLI::Range(0.1, 10'000.0))
      ->capture_default_str();
  app.add_option("--meters", options.meters, "virtual meters, two thirds on lines, one on MQTT")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  app.add_flag("--steady", options.steady,
               "the gateway is never killed; its memory, descriptors and threads must not grow");
  app.add_option("--json", json, "the same figures, as JSON into this file");
  app.add_option("--journal", options.journal, "the gateway's journal into this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  auto console = metergate::cli::Console::of_process();
  metergate::soak::Soak soak{options};
  {
    metergate::cli::Progress bar{console, "soak", kSteps};
    std::size_t shown = 0;
    soak.run([&](double share) {
      const auto step = static_cast<std::size_t>(share * kSteps);
      if (step <= shown || step > kSteps) return;
      bar.advance(step - shown);
      shown = step;
    });
  }
  const auto frame = soak.frame();
  soak.report().print(std::cout, frame);
  if (!json.empty()) std::ofstream{json} << soak.report().json(frame) << '\n';
  return soak.report().violations().empty() ? 0 : 1;
}
