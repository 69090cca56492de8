// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/push_list.hpp"

#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::cosem {
namespace {

using Objects = std::vector<CaptureObject>;
using Reason = PushListFault::Reason;

bool is_own_list(const CaptureObject& object) {
  return object.class_id == push_setup::kClass && object.attribute == push_setup::kObjectList &&
         object.index == 0;
}

/// Names itself among what it names, at the place where it stands.
struct OwnList {
  Objects objects;
  std::size_t at = 0;
};

std::optional<OwnList> own_list(const dlms::DataList& elements) {
  for (std::size_t at = 0; at < elements.size(); ++at) {
    const dlms::DataList* list = dlms::array_of(elements[at]);
    if (list == nullptr || list->size() <= at || list->size() > kMostPushedElements) continue;
    // The columns of a profile look the same, but they do not name a push setup in this place.
    auto objects = decode_columns(elements[at]);
    if (objects && is_own_list((*objects)[at])) return OwnList{std::move(*objects), at};
  }
  return std::nullopt;
}

bool is_named_so(const PushObjects& named, const dlms::DataList& elements) {
  if (named.objects.size() != elements.size()) return false;
  if (!named.setup) return true;
  for (std::size_t at = 0; at < elements.size(); ++at) {
    const CaptureObject& object = named.objects[at];
    if (object.class_id != push_setup::kClass || object.attribute != 1) continue;
    if (dlms::logical_name_of(elements[at]) != named.setup) return false;
  }
  return true;
}

std::vector<PushedElement> with(Objects objects, dlms::DataList elements) {
  std::vector<PushedElement> out;
  out.reserve(elements.size());
  for (std::size_t at = 0; at < elements.size(); ++at) {
    out.push_back({objects[at], std::move(elements[at])});
  }
  return out;
}

std::string count_of(std::size_t elements) {
  return std::to_string(elements) + (elements == 1 ? " element" : " elements");
}

}  // namespace

Result<std::vector<PushedElement>, PushListFault> decode_push(
    dlms::Data body, const std::vector<PushObjects>& named) {
  auto* structure = std::get_if<dlms::Structure>(&body.value);
  if (structure == nullptr) {
    return failure(
        PushListFault{Reason::Unnamed,
                      "its body is no structure with an element for each object of a push list"});
  }
  dlms::DataList& elements = structure->elements;
  if (elements.size() > kMostPushedElements) {
    return failure(
        PushListFault{Reason::BadShape, "its body has " + count_of(elements.size()) + ", at most " +
                                            std::to_string(kMostPushedElements) + " are taken"});
  }
  if (auto own = own_list(elements)) {
    if (own->objects.size() != elements.size()) {
      return failure(PushListFault{
          Reason::BadShape, "element " + std::to_string(own->at + 1) +
                                ", the push object list, names " +
                                std::to_string(own->objects.size()) + " objects and the body has " +
                                count_of(elements.size()) + ": there must be one for each"});
    }
    return with(std::move(own->objects), std::move(elements));
  }
  for (const PushObjects& one : named) {
    if (is_named_so(one, elements)) return with(one.objects, std::move(elements));
  }
  return failure(PushListFault{Reason::Unnamed,
                               "neither the push object list within nor the model's `push` "
                               "says what its " +
                                   count_of(elements.size()) + " are"});
}

}  // namespace metergate::cosem
