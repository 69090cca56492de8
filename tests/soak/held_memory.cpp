// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/held_memory.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace metergate::soak {
namespace {

std::array<std::atomic<std::int64_t>, 2> held{};

std::atomic<std::int64_t>& held_by(test::Owner owner) {
  return held[static_cast<std::size_t>(owner)];
}

/// Stands before each piece: whoever gives it back, it is taken off its owner's account.
struct alignas(alignof(std::max_align_t)) Label {
  std::int64_t octets;
  test::Owner owner;
};

}  // namespace

std::int64_t octets_held(test::Owner owner) {
  if (owner != test::Owner::Gateway) return held_by(owner);
  sqlite3_int64 pages = 0;
  sqlite3_int64 most = 0;
  sqlite3_status64(SQLITE_STATUS_PAGECACHE_OVERFLOW, &pages, &most, 0);
  return held_by(owner) + sqlite3_memory_used() - pages;
}

}  // namespace metergate::soak

// The other forms come down to these two; those for greater alignment are left alone.
void* operator new(std::size_t octets) {
  using namespace metergate;
  void* const place = std::malloc(sizeof(soak::Label) + octets);
  if (place == nullptr) throw std::bad_alloc{};
  auto* const label = new (place) soak::Label{static_cast<std::int64_t>(octets), test::allocating};
  soak::held_by(label->owner) += label->octets;
  return label + 1;
}

void operator delete(void* piece) noexcept {
  using namespace metergate;
  if (piece == nullptr) return;
  auto* const label = static_cast<soak::Label*>(piece) - 1;
  soak::held_by(label->owner) -= label->octets;
  std::free(label);
}

// GCC would warn of a replaced form that stands alone.
void operator delete(void* piece, std::size_t) noexcept { ::operator delete(piece); }
