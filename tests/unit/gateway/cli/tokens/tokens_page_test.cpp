// SPDX-License-Identifier: Apache-2.0
// docs/tokens.md is true: its files are written, its commands run, its outputs compared.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/cli/cli.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

/// A fenced block: the words behind the fence, and what stands in it.
struct Block {
  std::string language;
  std::string name;
  std::string text;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::ifstream in{METERGATE_SOURCE_DIR "/docs/" + page};
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      std::istringstream words{line.substr(3)};
      blocks.emplace_back();
      words >> blocks.back().language >> blocks.back().name;
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
  }
  return blocks;
}

std::vector<std::string> arguments_of(const std::string& line) {
  std::istringstream words{line};
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) arguments.push_back(word);
  return arguments;
}

/// Runs the `$ metergate ...` lines of a block and puts down what comes, both streams in turn.
std::string as_it_is(const std::string& text) {
  std::istringstream lines{text};
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view kPrompt = "$ metergate ";
    if (!line.starts_with(kPrompt)) continue;
    TestConsole test;
    run(arguments_of(line.substr(kPrompt.size())), test.console);
    out += line + '\n' + test.out.str() + test.err.str();
  }
  return out;
}

TEST(TokensPage, EveryCommandSaysWhatThePageSays) {
  const test::TemporaryDirectory folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::size_t consoles = 0;
  for (const Block& block : blocks_of("tokens.md")) {
    if (!block.name.empty()) {
      std::ofstream{block.name} << block.text;
      ::chmod(block.name.c_str(), 0600);
    } else if (block.language == "console") {
      EXPECT_EQ(as_it_is(block.text), block.text);
      ++consoles;
    }
  }
  EXPECT_GE(consoles, 5U);
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace metergate::cli
