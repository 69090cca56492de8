// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/cli.hpp"
#include "gateway/runtime/box/closed_memory.hpp"

int main(int argc, char** argv) {
  // Every subcommand: those that import keys or make tokens hold them as well.
  metergate::runtime::close_memory();
  return metergate::cli::run(argc, argv);
}
