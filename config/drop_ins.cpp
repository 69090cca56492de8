// SPDX-License-Identifier: Apache-2.0
#include "config/drop_ins.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace metergate::config {
namespace {

namespace fs = std::filesystem;

/// Lines of the n-th file are counted from n times this: more than any file has (`read_text` takes
/// 64 MiB), and room for 31 files in a line number.
constexpr std::uint32_t kLinesOfAFile = 1U << 27;
constexpr std::size_t kMostFiles = 31;

void shift(Node& node, std::uint32_t by) {
  node.line += by;
  if (auto* list = std::get_if<Node::List>(&node.value)) {
    for (Node& one : *list) shift(one, by);
  } else if (auto* table = std::get_if<Node::Table>(&node.value)) {
    for (Entry& one : *table) {
      one.line += by;
      shift(one.node, by);
    }
  }
}

bool is_list_of_tables(const Node& node) {
  const auto* list = std::get_if<Node::List>(&node.value);
  return list != nullptr && std::ranges::all_of(*list, [](const Node& one) {
           return std::holds_alternative<Node::Table>(one.value);
         });
}

std::vector<fs::path> beside(const fs::path& file) {
  std::vector<fs::path> out;
  std::error_code not_there;
  for (const auto& entry : fs::directory_iterator{file.parent_path() / "conf.d", not_there}) {
    if (entry.path().extension() == ".toml") out.push_back(entry.path());
  }
  std::ranges::sort(out);
  return out;
}

void add(Gathered& into, Node&& document, std::vector<ConfigError>& errors) {
  auto& known = std::get<Node::Table>(into.root.value);
  for (Entry& entry : std::get<Node::Table>(document.value)) {
    const auto found = std::ranges::find(known, entry.key, &Entry::key);
    if (found == known.end()) {
      known.push_back(std::move(entry));
    } else if (is_list_of_tables(found->node) && is_list_of_tables(entry.node)) {
      std::ranges::move(std::get<Node::List>(entry.node.value),
                        std::back_inserter(std::get<Node::List>(found->node.value)));
    } else {
      errors.push_back({ConfigError::Kind::Wrong,
                        {},
                        entry.line,
                        entry.key,
                        entry.node.shown(),
                        "one file only: it stands in " +
                            into.files[found->line / kLinesOfAFile].string() + " already"});
    }
  }
}

}  // namespace

Result<Gathered, std::vector<ConfigError>> gather(const fs::path& file) {
  Gathered out{{0, Node::Table{}}, {file}};
  std::ranges::move(beside(file), std::back_inserter(out.files));
  if (out.files.size() > kMostFiles) {
    return failure(std::vector<ConfigError>{{ConfigError::Kind::Unreadable,
                                             file,
                                             0,
                                             {},
                                             {},
                                             "at most 30 files are taken from conf.d"}});
  }
  std::vector<ConfigError> errors;
  for (std::size_t index = 0; index < out.files.size(); ++index) {
    const auto text = read_text(out.files[index]);
    auto document = text ? parse_document(*text, out.files[index])
                         : Result<Node, ConfigError>{failure(text.error())};
    if (!document) return failure(std::vector<ConfigError>{document.error()});
    shift(*document, static_cast<std::uint32_t>(index) * kLinesOfAFile);
    add(out, std::move(*document), errors);
  }
  if (errors.empty()) return out;
  name_files(errors, out);
  return failure(std::move(errors));
}

void name_files(std::vector<ConfigError>& errors, const Gathered& gathered) {
  for (ConfigError& error : errors) {
    error.file = gathered.files[error.line / kLinesOfAFile];
    error.line %= kLinesOfAFile;
  }
}

}  // namespace metergate::config
