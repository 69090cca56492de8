// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/console/console_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/console/http_server.hpp"
#include "gateway/console/web_console.hpp"
#include "gateway/runtime/console/console_desk.hpp"

namespace metergate::runtime {

namespace asio = boost::asio;

struct ConsoleService::Impl {
  Impl(asio::io_context& io_, const Clock& clock_, Agenda& agenda_, Gateway& gateway,
       journal::Journal& journal_, const config::Console& settings_,
       const std::filesystem::path& ledger)
      : io{io_},
        clock{clock_},
        agenda{agenda_},
        journal{journal_},
        settings{settings_},
        web{settings, ledger, house_of(gateway, clock), ways()},
        server{io, [this](console::Request request, std::shared_ptr<console::Answerer> asker) {
                 web.handle(std::move(request), std::move(asker));
               }} {}

  console::ConsoleWays ways() {
    console::ConsoleWays out;
    out.now = [this] { return clock.now(); };
    out.later = [this](Duration pause, std::function<void()> what) {
      agenda.at(clock.now().instant + pause, [what = std::move(what)](Now) { what(); });
    };
    out.aside = [this](std::function<void()> work, std::function<void()> then) {
      asio::post(passwords, [this, work = std::move(work), then = std::move(then)]() mutable {
        work();
        asio::post(io, std::move(then));
      });
    };
    out.tell = [this](const journal::EventDefinition& event, std::vector<journal::Field> fields) {
      journal.write(event, clock.now().utc, std::move(fields));
    };
    return out;
  }

  asio::io_context& io;
  const Clock& clock;
  Agenda& agenda;
  journal::Journal& journal;
  config::Console settings;
  console::WebConsole web;
  console::HttpServer server;
  asio::thread_pool passwords{1};  ///< last: it ends before what it calls back
};

ConsoleService::ConsoleService(asio::io_context& io, const Clock& clock, Agenda& agenda,
                               Gateway& gateway, journal::Journal& journal,
                               const config::Console& settings, const std::filesystem::path& ledger)
    : impl_{std::make_unique<Impl>(io, clock, agenda, gateway, journal, settings, ledger)} {}

ConsoleService::~ConsoleService() = default;

void ConsoleService::start() {
  const auto started = impl_->server.start(impl_->settings.address, impl_->settings.port);
  if (started) return;
  impl_->journal.write(journal::kConsoleUnavailable, impl_->clock.now().utc,
                       {{"what", started.error()}});
}

void ConsoleService::stop() {
  impl_->web.stop();
  impl_->server.stop();
}

void ConsoleService::request_ended(const std::string& link, const MeterId& meter,
                                   const WireResult& result, Duration on_wire) {
  impl_->web.request_ended(link, meter, result,
                           std::chrono::duration_cast<std::chrono::microseconds>(on_wire));
}

}  // namespace metergate::runtime
