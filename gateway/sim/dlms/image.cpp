// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/image.hpp"

#include <algorithm>

#include "protocols/crypto/hash.hpp"

namespace metergate::sim {

DlmsImage::Answer DlmsImage::initiate(Octets identifier, std::uint32_t size) {
  if (!enabled) return Answer::NotNow;
  if (size <= kDigestOctets || size > kMostOctets) return Answer::OutOfRange;
  identifier_ = std::move(identifier);
  image_.assign(size, 0);
  there_.assign((size + kBlockOctets - 1) / kBlockOctets, false);
  status_ = Status::Initiated;
  done_at_.reset();
  return Answer::Done;
}

DlmsImage::Answer DlmsImage::take(std::uint32_t block, OctetView octets) {
  if (status_ != Status::Initiated) return Answer::NotNow;
  if (block >= there_.size()) return Answer::OutOfRange;
  const std::size_t begin = std::size_t{block} * kBlockOctets;
  const std::size_t wanted = std::min<std::size_t>(kBlockOctets, image_.size() - begin);
  if (octets.size() != wanted) return Answer::OutOfRange;
  std::ranges::copy(octets, image_.begin() + static_cast<std::ptrdiff_t>(begin));
  there_[block] = true;
  return Answer::Done;
}

bool DlmsImage::sound() const {
  const OctetView content = OctetView{image_}.first(image_.size() - kDigestOctets);
  const auto digest = crypto::sha256(content);
  return std::ranges::equal(digest, OctetView{image_}.last(kDigestOctets));
}

DlmsImage::Answer DlmsImage::verify(UtcSeconds now) {
  live(now);
  switch (status_) {
    case Status::Initiated:
      if (first_missing() != there_.size()) return Answer::NotNow;
      status_ = Status::Verifying;
      done_at_ = now + kTakes;
      return Answer::Busy;
    case Status::Verifying:
      return Answer::Busy;
    case Status::Verified:
      return Answer::Done;
    default:
      return Answer::NotNow;
  }
}

DlmsImage::Answer DlmsImage::activate(UtcSeconds now) {
  live(now);
  switch (status_) {
    case Status::Verified:
      status_ = Status::Activating;
      done_at_ = now + kTakes;
      return Answer::Busy;
    case Status::Activating:
      return Answer::Busy;
    case Status::Activated:
      return Answer::Done;
    default:
      return Answer::NotNow;
  }
}

void DlmsImage::live(UtcSeconds now) {
  if (!done_at_ || now < *done_at_) return;
  done_at_.reset();
  if (status_ == Status::Verifying) {
    status_ = sound() ? Status::Verified : Status::VerificationFailed;
  } else if (status_ == Status::Activating) {
    status_ = Status::Activated;
    running_ = std::string{identifier_.begin(), identifier_.end()};
  }
}

std::uint32_t DlmsImage::first_missing() const {
  return static_cast<std::uint32_t>(std::ranges::find(there_, false) - there_.begin());
}

Octets DlmsImage::signature() const {
  const bool verified =
      status_ == Status::Verified || status_ == Status::Activating || status_ == Status::Activated;
  if (!verified) return {};
  const OctetView digest = OctetView{image_}.last(kDigestOctets);
  return {digest.begin(), digest.end()};
}

}  // namespace metergate::sim
