// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// The documents that the tests of this folder hold the code against.
namespace metergate::north {

inline std::filesystem::path docs() { return std::filesystem::path{METERGATE_SOURCE_DIR} / "docs"; }

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  EXPECT_TRUE(in.is_open()) << file;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// An example of docs/examples/north as it stands there.
inline std::string example(const std::string& name) {
  return text_of(docs() / "examples" / "north" / (name + ".json"));
}

/// ... and without the white space that makes it readable: what an encoder has to give.
inline std::string example_on_the_wire(const std::string& name) {
  return boost::json::serialize(boost::json::parse(example(name)));
}

inline boost::json::object schema(const std::string& name) {
  return boost::json::parse(text_of(docs() / "schemas" / (name + ".json"))).as_object();
}

}  // namespace metergate::north
