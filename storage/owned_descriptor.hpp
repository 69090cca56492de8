// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace metergate {

/// A file descriptor that is closed when its owner goes.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int descriptor) : descriptor_{descriptor} {}
  ~OwnedDescriptor();
  OwnedDescriptor(OwnedDescriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

}  // namespace metergate
