// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/image.hpp"

#include <algorithm>
#include <limits>

#include "gateway/cli/exit_codes.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::cli {
namespace {

namespace image_transfer = cosem::image_transfer;
using dlms::AccessResult;
using dlms::Data;
using image_transfer::Status;

CliError refused(std::string what) { return {kRefused, std::move(what)}; }

CliError refused(std::string_view what, AccessResult result) {
  return refused(std::string{what} + ": the meter says " +
                 std::string{dlms::access_result_word(result)});
}

class Transfer {
 public:
  Transfer(const ImageMeter& meter, const ImageOrder& order,
           const std::function<void(const ImageProgress&)>& tell)
      : meter_{meter}, order_{order}, tell_{tell} {}

  CliResult<ImageDone> run() {
    if (const auto begun = begin(); !begun) return failure(begun.error());
    if (const auto sent = send_blocks(); !sent) return failure(sent.error());
    const auto verified = work("verify", image_transfer::kVerify, Status::Verifying,
                               Status::Verified, Status::VerificationFailed);
    if (!verified) return failure(verified.error());
    if (!order_.activate) return done_;
    const auto activated = work("activate", image_transfer::kActivate, Status::Activating,
                                Status::Activated, Status::ActivationFailed);
    if (!activated) return failure(activated.error());
    done_.activated = true;
    return done_;
  }

 private:
  CliResult<std::int64_t> number(std::int8_t attribute, const char* what) {
    const auto read = meter_.get({image_transfer::kClass, order_.object, attribute, {}});
    if (!read) return failure(read.error());
    if (const auto* no = std::get_if<AccessResult>(&*read)) return failure(refused(what, *no));
    const auto value = dlms::integer_of(std::get<Data>(*read));
    if (!value || *value < 0) return failure(refused(std::string{what} + " makes no sense"));
    return *value;
  }

  CliResult<AccessResult> act(std::int8_t method, Data parameter) {
    return meter_.act({image_transfer::kClass, order_.object, method}, std::move(parameter));
  }

  CliResult<Done> begin() {
    const auto enabled = number(image_transfer::kEnabled, "whether image transfer is enabled");
    if (!enabled) return failure(enabled.error());
    if (*enabled == 0) {
      const auto set = meter_.set(
          {image_transfer::kClass, order_.object, image_transfer::kEnabled, {}}, Data{true});
      if (!set) return failure(set.error());
      if (*set != AccessResult::Success) return failure(refused("enable image transfer", *set));
    }
    const auto size = number(image_transfer::kBlockSize, "the size of a block");
    if (!size) return failure(size.error());
    if (*size == 0 || *size > std::numeric_limits<std::uint16_t>::max()) {
      return failure(refused("the meter wants blocks of " + std::to_string(*size) + " octets"));
    }
    block_octets_ = static_cast<std::size_t>(*size);
    done_.blocks =
        static_cast<std::uint32_t>((order_.image.size() + block_octets_ - 1) / block_octets_);
    if (order_.resume) return take_up();
    return begin_anew();
  }

  CliResult<Done> begin_anew() {
    tell_({0, done_.blocks, "beginning"});
    const auto& name = order_.identifier;
    const auto begun =
        act(image_transfer::kInitiate,
            dlms::Structure{{dlms::octet_string(Octets{name.begin(), name.end()}),
                             Data{static_cast<std::uint32_t>(order_.image.size())}}});
    if (!begun) return failure(begun.error());
    if (*begun != AccessResult::Success) return failure(refused("begin", *begun));
    return Done{};
  }

  /// Only a transfer that was begun and not verified has anything to go on with.
  CliResult<Done> take_up() {
    const auto status = number(image_transfer::kStatus, "the status of the transfer");
    if (!status) return failure(status.error());
    if (*status == static_cast<std::int64_t>(Status::Verified)) return Done{};
    if (*status != static_cast<std::int64_t>(Status::Initiated)) return begin_anew();
    const auto missing = first_missing();
    if (!missing) return failure(missing.error());
    if (*missing > done_.blocks) {
      return failure(refused("the meter has " + std::to_string(*missing) +
                             " blocks of another image, this one has " +
                             std::to_string(done_.blocks)));
    }
    done_.already_there = static_cast<std::uint32_t>(*missing);
    return Done{};
  }

  CliResult<std::int64_t> first_missing() {
    return number(image_transfer::kFirstNotTransferred, "the first block that is missing");
  }

  CliResult<Done> send_block(std::uint32_t block) {
    const std::size_t begin = std::size_t{block} * block_octets_;
    const std::size_t length = std::min(block_octets_, order_.image.size() - begin);
    const auto sent =
        act(image_transfer::kBlockTransfer,
            dlms::Structure{
                {Data{block}, dlms::octet_string(OctetView{order_.image}.subspan(begin, length))}});
    if (!sent) return failure(sent.error());
    if (*sent == AccessResult::Success || *sent == AccessResult::TemporaryFailure) return Done{};
    return failure(refused("block " + std::to_string(block), *sent));
  }

  /// All that follow the first one missing, until none is: a meter that was busy has left some out.
  CliResult<Done> send_blocks() {
    std::int64_t before = -1;
    for (;;) {
      const auto missing = first_missing();
      if (!missing) return failure(missing.error());
      if (*missing >= done_.blocks) return Done{};
      if (*missing <= before) {
        return failure(refused("the meter does not keep block " + std::to_string(*missing)));
      }
      before = *missing;
      for (auto block = static_cast<std::uint32_t>(*missing); block < done_.blocks; ++block) {
        if (const auto sent = send_block(block); !sent) return sent;
        tell_({block + 1, done_.blocks, "sending"});
      }
    }
  }

  /// A method that takes its time: the meter answers that it is busy, or its status says so.
  CliResult<Done> work(const char* what, std::int8_t method, Status working, Status wanted,
                       Status failed) {
    tell_({done_.blocks, done_.blocks, what});
    const auto asked = act(method, Data{std::int8_t{0}});
    if (!asked) return failure(asked.error());
    if (*asked != AccessResult::Success && *asked != AccessResult::TemporaryFailure) {
      return failure(refused(what, *asked));
    }
    for (std::chrono::seconds waited{0};; waited += kBetweenLooks) {
      const auto status = number(image_transfer::kStatus, "the status of the transfer");
      if (!status) return failure(status.error());
      if (*status == static_cast<std::int64_t>(wanted)) return Done{};
      if (*status == static_cast<std::int64_t>(failed)) {
        return failure(refused(std::string{what} + ": the meter says that it failed"));
      }
      const bool still = *status == static_cast<std::int64_t>(working);
      if (!still && *asked != AccessResult::TemporaryFailure) {
        return failure(refused(std::string{what} + ": the meter's status is " +
                               std::to_string(*status) + " afterwards"));
      }
      if (waited >= order_.patience) {
        return failure(CliError{kUnconfirmed, std::string{what} +
                                                  ": the meter is still at it after " +
                                                  std::to_string(order_.patience.count()) + " s"});
      }
      meter_.pause(kBetweenLooks);
    }
  }

  static constexpr std::chrono::seconds kBetweenLooks{1};
  const ImageMeter& meter_;
  const ImageOrder& order_;
  const std::function<void(const ImageProgress&)>& tell_;
  std::size_t block_octets_ = 0;
  ImageDone done_;
};

}  // namespace

CliResult<ImageDone> transfer_image(const ImageMeter& meter, const ImageOrder& order,
                                    const std::function<void(const ImageProgress&)>& tell) {
  return Transfer{meter, order, tell}.run();
}

}  // namespace metergate::cli
