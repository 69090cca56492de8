// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>
#include <string_view>

/// Compiled with the flags of what is shipped, and small: hardened_sample_test.py looks at it in
/// seconds where the product itself takes half an hour. It holds what these flags change: a buffer
/// on the stack, a copy of a length that is not known, a function that is called by its address.
namespace {

void copy(std::string_view text) {
  char buffer[32];
  std::memcpy(buffer, text.data(), text.size());
  buffer[sizeof buffer - 1] = '\0';
  std::puts(buffer);
}

}  // namespace

int main(int count, char** arguments) {
  void (*volatile call)(std::string_view) = copy;
  for (int at = 0; at < count; ++at) call(std::string_view{arguments[at]}.substr(0, 31));
}
