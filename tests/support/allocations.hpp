// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

/// On whose behalf memory is taken. In a town the gateway and everything around it share a process;
/// a program that wants to know what the gateway alone holds (tests/soak) replaces operator new and
/// looks here. To all others it means nothing.
namespace metergate::test {

enum class Owner : std::uint8_t { Town, Gateway };

inline thread_local Owner allocating = Owner::Town;

/// For the length of a scope.
class OnBehalfOf {
 public:
  explicit OnBehalfOf(Owner owner) : before_{std::exchange(allocating, owner)} {}
  ~OnBehalfOf() { allocating = before_; }
  OnBehalfOf(const OnBehalfOf&) = delete;
  OnBehalfOf& operator=(const OnBehalfOf&) = delete;

 private:
  Owner before_;
};

}  // namespace metergate::test
