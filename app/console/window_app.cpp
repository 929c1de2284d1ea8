// SPDX-License-Identifier: GPL-3.0-only
#include "console/window_app.h"

#include <QApplication>
#include <QProcess>
#include <QTimer>
#include <cstdio>

#include "base/log.h"
#include "console/local_router.h"
#include "console/measure.h"
#include "console/settings_watch.h"
#include "console/shots.h"
#include "console/tray_wiring.h"
#include "console/window_wiring.h"
#include "pages/catalogue.h"
#include "shell/leave_guard.h"
#include "theme/appearance.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr auto kScaleVariable = "QT_SCALE_FACTOR";

void addPages(MainWindow& window, const PageContext& context) {
  for (const PageEntry& entry : pageCatalogue()) {
    window.addPage({entry.id, entry.title, entry.icon, entry.digit, static_cast<int>(entry.group),
                    [context, make = entry.make](QWidget* parent) { return make(context, parent); }});
  }
}

QStringList pageIds() {
  QStringList ids;
  for (const PageEntry& entry : pageCatalogue()) ids.append(entry.id);
  return ids;
}

void connectWay(const ConsoleOptions& options, RouterChoice& routers, LocalRouter& router, const Settings& settings) {
  if (options.attach.empty()) {
    routers.goLocal();
    router.start(options.demo ? 0 : static_cast<quint16>(settings.get(settings::kProxyPort)));
    return;
  }
  const QUrl url(QString::fromStdString(options.attach));
  if (options.token_env.empty()) return routers.askAttach(url);
  routers.attach({url, Secret(qEnvironmentVariable(options.token_env.c_str()).toStdString())}, {});
}

void takeAllShots(const ShotStage& stage, const QString& folder) {
  const bool written = takeShots(stage, folder);
  int status = written ? 0 : 1;
  if (qEnvironmentVariableIsEmpty(kScaleVariable)) {
    QProcess twice;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QString::fromLatin1(kScaleVariable), QStringLiteral("2"));
    twice.setProcessEnvironment(environment);
    twice.setProcessChannelMode(QProcess::ForwardedChannels);
    twice.start(QCoreApplication::applicationFilePath(), QCoreApplication::arguments().mid(1));
    twice.waitForFinished(-1);
    status = status != 0 ? status : twice.exitCode();
  }
  QCoreApplication::exit(status);
}
}  // namespace

int runWindow(int argc, char** argv, const ConsoleOptions& options, std::chrono::steady_clock::time_point began) {
  QApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("Signalbox"));
  QApplication::setApplicationVersion(QStringLiteral(SIGNALBOX_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("signalbox-console"));
  setUpLog("warn");
  Settings settings;
  Appearance appearance(app);
  LocalRouter router(options.config, options.demo);
  Selection selection;
  ConsoleClient client;
  MainWindow window(settings, appearance);
  addPages(window, {client, selection, settings, &router});
  WindowWiring wiring(window, client, selection, settings, router);
  const TrayWiring tray(window, router);
  const SettingsWatch watch(window, settings);
  const LeaveGuard guard;
  QObject::connect(&guard, &LeaveGuard::leaveRequested, &window, [&] {
    window.leave();
    QCoreApplication::quit();
  });
  QObject::connect(&window, &MainWindow::firstPainted, &window, [&] {
    if (options.measure) {
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
      std::fprintf(stderr, "first paint %.0f ms\n", took.count());
    }
    connectWay(options, wiring.routers(), router, settings);
    if (options.measure) QTimer::singleShot(0, &window, [&] { measureSlider(window, client); });
    if (options.shots.empty()) return;
    QTimer::singleShot(0, &window, [&] {
      takeAllShots({window, appearance, client, selection, pageIds()}, QString::fromStdString(options.shots));
    });
  });
  window.show();
  return QApplication::exec();
}

}  // namespace signalbox::app
