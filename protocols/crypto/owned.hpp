// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace metergate::crypto {

/// Gives an object of OpenSSL back through the function that belongs to its type.
template <auto kFree>
struct GiveBack {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

/// For the sources of this folder: `Owned<BIO, BIO_free>`.
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, GiveBack<kFree>>;

}  // namespace metergate::crypto
