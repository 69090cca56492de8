// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/image_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include "gateway/cli/dlms/image.hpp"
#include "gateway/cli/dlms/meter.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/progress.hpp"

namespace metergate::cli {
namespace {

struct Options {
  DlmsMeterOptions meter;
  std::filesystem::path file;
  std::string identifier;
  std::string object = "0-0:44.0.0*255";
  bool resume = false;
  bool activate = false;
  unsigned patience_s = 300;
  unsigned tries = 5;
};

/// Between a line that was cut and the next call: meters hold a line that is gone for a while.
constexpr std::chrono::seconds kBeforeNextCall{2};
constexpr std::uintmax_t kMostOctets = 64U << 20U;

CliResult<ImageOrder> order_of(const Options& options) {
  ImageOrder order;
  const auto object = cosem::ObisCode::parse(options.object);
  if (!object) {
    return failure(CliError{kUsage, "--object `" + options.object + "` is no OBIS code"});
  }
  std::error_code error;
  const auto size = std::filesystem::file_size(options.file, error);
  if (error) {
    return failure(CliError{kIoError, options.file.string() + ": " + error.message()});
  }
  if (size == 0 || size > kMostOctets) {
    return failure(CliError{kUsage, options.file.string() + ": has " + std::to_string(size) +
                                        " octets; an image has 1 to " +
                                        std::to_string(kMostOctets)});
  }
  std::ifstream in{options.file, std::ios::binary};
  order.image.assign(std::istreambuf_iterator<char>{in}, {});
  if (order.image.size() != size) {
    return failure(CliError{kIoError, "cannot read " + options.file.string()});
  }
  order.object = *object;
  order.identifier =
      options.identifier.empty() ? options.file.filename().string() : options.identifier;
  order.resume = options.resume;
  order.activate = options.activate;
  order.patience = std::chrono::seconds{options.patience_s};
  return order;
}

ImageMeter meter_of(DlmsMeterCall& call) {
  DlmsCaller& caller = call.caller();
  return {[&caller](const auto& attribute) { return caller.get(attribute); },
          [&caller](const auto& attribute, dlms::Data value) {
            return caller.set(attribute, std::move(value));
          },
          [&caller](const auto& method, dlms::Data parameter) {
            return caller.act(method, std::move(parameter));
          },
          [](std::chrono::seconds length) { std::this_thread::sleep_for(length); }};
}

class ImageRun {
 public:
  ImageRun(Console& console, const Options& options, ImageOrder order)
      : console_{console}, options_{options}, order_{std::move(order)} {}

  int run() {
    for (unsigned left = options_.tries;;) {
      const std::uint32_t before = reached_;
      const auto done = call();
      if (done) return tell(*done);
      const CliError& why = done.error();
      const bool cut = why.code == kUnavailable && begun_;
      if (reached_ > before) left = options_.tries;
      if (!cut || --left == 0) return end(why);
      console_.err << "metergate: " << why.text << "; the meter is called again\n";
      // The meter knows what it has.
      order_.resume = true;
      std::this_thread::sleep_for(kBeforeNextCall);
    }
  }

 private:
  CliResult<ImageDone> call() {
    auto meter = call_dlms_meter(options_.meter);
    if (!meter) return failure(meter.error());
    std::unique_ptr<Progress> bar;
    const auto tell = [&](const ImageProgress& at) {
      begun_ = true;
      reached_ = std::max(reached_, at.block);
      blocks_ = at.blocks;
      if (bar == nullptr) {
        bar = std::make_unique<Progress>(console_, order_.identifier, at.blocks);
        shown_ = 0;
      }
      bar->at(at.doing);
      if (at.block > shown_) bar->advance(at.block - shown_);
      shown_ = std::max(shown_, at.block);
    };
    return transfer_image(meter_of(**meter), order_, tell);
  }

  int tell(const ImageDone& done) {
    console_.out << done.blocks << " blocks";
    if (done.already_there > 0) console_.out << ", " << done.already_there << " were there before";
    console_.out << "; verified" << (done.activated ? "; activated" : "") << '\n';
    return kOk;
  }

  int end(const CliError& why) {
    const int code = complain(console_, why);
    if (why.code == kUnavailable && begun_) {
      console_.err << reached_ << " of " << blocks_
                   << " blocks are in the meter; the same command with --resume goes on there\n";
    }
    return code;
  }

  Console& console_;
  const Options& options_;
  ImageOrder order_;
  bool begun_ = false;
  std::uint32_t reached_ = 0;
  std::uint32_t blocks_ = 0;
  std::uint32_t shown_ = 0;
};

int image(Console& console, const Options& options) {
  auto order = order_of(options);
  if (!order) return complain(console, order.error());
  return ImageRun{console, options, std::move(*order)}.run();
}

}  // namespace

void add_dlms_image(CLI::App& dlms, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = dlms.add_subcommand("image", "Bring a firmware image into a meter");
  command->footer(
      "Sends the image in the meter's blocks and has the meter verify it; the firmware it runs is\n"
      "another one only with --activate. Where the line is cut the meter is called again, and "
      "goes\n"
      "on at the first block it does not have; so does --resume after this command was stopped.\n"
      "Exit codes: 0 verified (and activated), 3 the meter refuses, 4 it is not known, 69 no "
      "answer.\n\n"
      "Examples:\n"
      "  metergate dlms image --host 127.0.0.1 --client 1 firmware.image\n"
      "  metergate dlms image --host 127.0.0.1 --client 1 firmware.image --resume --activate");
  add_dlms_meter_options(*command, options->meter);
  command->add_option("FILE", options->file, "The image, as its maker gives it")->required();
  command->add_option("--id", options->identifier, "What the meter calls it; the file's name");
  command->add_option("--object", options->object, "The meter's image transfer")
      ->capture_default_str();
  command->add_flag("--resume", options->resume, "The meter has part of this image: go on there");
  command->add_flag("--activate", options->activate, "Let the meter run it when it is verified");
  command->add_option("--patience-s", options->patience_s, "How long verifying may take")
      ->check(CLI::Range(1U, 86'400U))
      ->capture_default_str();
  command->add_option("--tries", options->tries, "Calls in a row that bring no block across")
      ->check(CLI::Range(1U, 1'000U))
      ->capture_default_str();
  command->callback([options, &action] {
    action = [options](Console& console) { return image(console, *options); };
  });
}

}  // namespace metergate::cli
