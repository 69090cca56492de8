// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/manual.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

constexpr std::string_view kExamples = "Examples:";

/// Only what `--help` shows: a group without a name hides (CLI11).
std::vector<const CLI::App*> shown_subcommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
}

std::vector<const CLI::Option*> shown_options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); });
}

/// Text as groff takes it: no command, no escape, and dashes that can be copied (groff_char(7)).
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string as_written(std::string_view text) {
  return ".nf\n" + roff(text) + (text.ends_with('\n') ? "" : "\n") + ".fi\n";
}

/// `metergate registry assign`.
std::string path_of(const CLI::App& app) {
  const CLI::App* above = app.get_parent();
  return above == nullptr ? app.get_name() : path_of(*above) + ' ' + app.get_name();
}

std::string argument_of(const CLI::Option& option) {
  return option.get_type_size() == 0 ? std::string{} : option.get_type_name();
}

std::string synopsis_of(const CLI::App& app) {
  std::string out = ".B " + roff(path_of(app)) + '\n';
  if (!shown_options(app).empty()) out += "[options]\n";
  for (const CLI::Option* one : shown_options(app)) {
    if (!one->get_positional()) continue;
    const std::string name = "\\fI" + roff(one->get_name(true)) + "\\fR";
    out += (one->get_required() ? name : '[' + name + ']') + '\n';
  }
  if (!shown_subcommands(app).empty()) out += "\\fIsubcommand\\fR ...\n";
  return out;
}

std::string options_of(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* one : shown_options(app)) {
    const bool positional = one->get_positional();
    out += ".TP\n" + std::string{positional ? "\\fI" : "\\fB"} +
           roff(one->get_name(positional, true)) + "\\fR";
    if (const std::string argument = argument_of(*one); !positional && !argument.empty()) {
      out += " \\fI" + roff(argument) + "\\fR";
    }
    out += '\n' + roff(one->get_description());
    if (const std::string usual = one->get_default_str(); !usual.empty()) {
      out += " (default: " + roff(usual) + ')';
    }
    out += '\n';
  }
  return out;
}

/// What stands below the options in `--help`: remarks, and from `Examples:` on examples.
std::string footer_of(const CLI::App& app, std::string_view heading) {
  const std::string footer = app.get_footer();
  const auto cut = footer.find(kExamples);
  std::string out;
  const std::string remarks = footer.substr(0, cut);
  const std::string head = '.' + std::string{heading} + ' ';
  if (remarks.find_first_not_of(" \n") != std::string::npos) {
    out += head + "REMARKS\n" + as_written(remarks);
  }
  if (cut != std::string::npos) {
    const auto from = footer.find_first_not_of('\n', cut + kExamples.size());
    if (from != std::string::npos) out += head + "EXAMPLES\n" + as_written(footer.substr(from));
  }
  return out;
}

std::string head_of(const std::string& name, const std::string& what) {
  return ".\\\" Written by metergate manual from the command line itself.\n.TH " + roff(name) +
         " 1 \"\" \"metergate " METERGATE_VERSION "\" \"metergate\"\n.SH NAME\n" + roff(name) +
         " \\- " + roff(what) + '\n';
}

std::string page_of(const CLI::App& app) {
  std::string page = head_of("metergate-" + app.get_name(), app.get_description()) +
                     ".SH SYNOPSIS\n" + synopsis_of(app) + ".SH OPTIONS\n" + options_of(app);
  page += footer_of(app, "SH");
  for (const CLI::App* below : shown_subcommands(app)) {
    page += ".SH \"" + roff(below->get_name()) + "\"\n" + roff(below->get_description()) +
            "\n.PP\n" + synopsis_of(*below) + options_of(*below) + footer_of(*below, "SS");
  }
  return page + ".SH SEE ALSO\n.BR metergate (1)\n";
}

std::string first_page_of(const CLI::App& app) {
  std::string page = head_of("metergate", "head-end gateway for prepayment meters") +
                     ".SH SYNOPSIS\n" + synopsis_of(app) + ".SH OPTIONS\n" + options_of(app) +
                     ".SH SUBCOMMANDS\n";
  std::string others;
  for (const CLI::App* one : shown_subcommands(app)) {
    page += ".TP\n\\fBmetergate\\-" + roff(one->get_name()) + "\\fR(1)\n" +
            roff(one->get_description()) + '\n';
  }
  return page + footer_of(app, "SH") +
         ".SH FILES\n.TP\n/etc/metergate/metergate.toml\nthe configuration of the service\n"
         ".TP\n/usr/share/metergate/examples\nevery key of it, the broker's files, alert rules\n";
}

void complete(const CLI::App& app, std::string& paths, std::string& words) {
  const std::string path = path_of(app);
  words += "    '" + path + "') words='";
  std::string gap;
  for (const CLI::App* below : shown_subcommands(app)) {
    words += std::exchange(gap, " ") + below->get_name();
  }
  for (const CLI::Option* one : shown_options(app)) {
    for (const std::string& name : one->get_lnames())
      words += std::exchange(gap, " ") + "--" + name;
  }
  words += "' ;;\n";
  for (const CLI::App* below : shown_subcommands(app)) {
    const std::string longer = path_of(*below);
    paths += "      '" + longer + "') path=$next ;;\n";
    complete(*below, paths, words);
  }
}

std::string completion_of(const CLI::App& app) {
  std::string paths;
  std::string words;
  complete(app, paths, words);
  return "# Written by metergate manual from the command line itself.\n"
         "# Words that are no subcommand or option complete as file names do.\n"
         "_metergate() {\n"
         "  local path=metergate next word words=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    next=\"$path $word\"\n"
         "    case \"$next\" in\n" +
         paths +
         "    esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         words +
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -o default -F _metergate metergate\n";
}

}  // namespace

std::map<std::string, std::string> manual_of(const CLI::App& app) {
  std::map<std::string, std::string> out{{"metergate.1", first_page_of(app)},
                                         {"metergate.bash", completion_of(app)}};
  for (const CLI::App* one : shown_subcommands(app)) {
    out["metergate-" + one->get_name() + ".1"] = page_of(*one);
  }
  return out;
}

void add_manual(CLI::App& app, Action& action) {
  auto directory = std::make_shared<std::filesystem::path>();
  CLI::App* command = app.add_subcommand("manual", "Write man pages and shell completion");
  command->group("");
  command->add_option("DIR", *directory, "Where to")->required();
  command->callback([directory, &app, &action] {
    action = [directory, &app](Console& console) {
      for (const auto& [name, text] : manual_of(app)) {
        const std::filesystem::path file = *directory / name;
        std::ofstream out{file};
        if (!(out << text).flush()) {
          return complain(console, {kIoError, file.string() + " cannot be written"});
        }
      }
      return kOk;
    };
  });
}

}  // namespace metergate::cli
