// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/cli.hpp"

int main(int argc, char** argv) { return metergate::cli::run(argc, argv); }
