// SPDX-License-Identifier: Apache-2.0
// A page on a stage: settings in a folder of their own, a router in memory, an embedded router that does as it is told, and ways
// to find what the page shows.
#pragma once
#include <gtest/gtest.h>

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "pages/catalogue.h"
#include "ui/fake_console.h"
#include "widgets/banner.h"
#include "widgets/dock_content.h"
#include "widgets/empty_state.h"

namespace signalbox::ui::testing {

inline constexpr WallMicros kSecond = 1'000'000;

class FakeEmbedded final : public EmbeddedRouter {
 public:
  void start(quint16 port) override {
    started.push_back(port);
    become(State::Running);
  }
  void stop() override { become(State::Stopped); }
  void setPaused(bool paused) override { become(paused ? State::Paused : State::Running); }
  [[nodiscard]] State state() const override { return now; }
  [[nodiscard]] QString error() const override { return why; }
  [[nodiscard]] QString baseUrl() const override { return isUp() ? QStringLiteral("http://127.0.0.1:8787/v1") : QString(); }
  [[nodiscard]] quint16 port() const override { return isUp() ? 8787 : 0; }
  [[nodiscard]] QString tokenHint() const override { return isUp() ? QStringLiteral("4f1e") : QString(); }
  void copyToken() override { ++copied; }
  void sendTest(const QString& prompt) override { sent.push_back(prompt); }
  [[nodiscard]] bool simulated() const override { return sample; }
  [[nodiscard]] std::shared_ptr<control::ConsoleService> service() const override { return nullptr; }

  void become(State next, const QString& problem = {}) {
    now = next;
    why = problem;
    Q_EMIT stateChanged(next);
  }
  [[nodiscard]] bool isUp() const { return now == State::Running || now == State::Paused; }

  State now = State::Stopped;
  QString why;
  std::vector<quint16> started;
  std::vector<QString> sent;
  int copied = 0;
  bool sample = true;
};

class PageStage : public ::testing::Test {
 protected:
  // Shows the page of that name, attached to the router in memory unless told otherwise.
  template <class PageType>
  PageType& show(const char* name, bool attached = true) {
    if (attached) attach();
    for (const PageEntry& entry : pageCatalogue()) {
      if (entry.id == QLatin1String(name)) page.reset(entry.make({client, selection, settings, &embedded}, nullptr));
    }
    page->resize(1300, 780);
    for (DockContent* dock : page->docks()) docks.push_back(dock);
    page->show();
    page->activate();
    return static_cast<PageType&>(*page);
  }
  void attach() {
    auto made = std::make_unique<FakeLink>(router);
    link = made.get();
    client.attach(std::move(made));
  }
  void commit(int count, const std::string& tier = "local") {
    for (int i = 0; i < count; ++i) router->commit(router->make(wallNow() - (count - i) * kSecond, tier));
  }

  // Of the page or of one of its docks; fails the test where there is none.
  template <class T>
  T& find(const char* name) {
    const QString wanted = QString::fromLatin1(name);
    T* found = page->objectName() == wanted ? qobject_cast<T*>(page.get()) : page->findChild<T*>(wanted);
    if (found == nullptr) ADD_FAILURE() << "no " << name;
    if (found == nullptr) std::abort();
    return *found;
  }
  template <class T>
  T* maybe(const char* name) {
    return page->findChild<T*>(QString::fromLatin1(name));
  }
  QString text(const char* name) { return find<QLabel>(name).text(); }
  // Every word that labels of the widget show.
  static QString words(const QWidget& widget) {
    QStringList all;
    for (const QLabel* label : widget.findChildren<QLabel*>()) {
      if (label->isVisibleTo(&widget)) all.append(label->text());
    }
    return all.join(QLatin1Char('\n'));
  }
  void click(const char* name) { QTest::mouseClick(&find<QPushButton>(name), Qt::LeftButton); }
  void click(QWidget& within, const char* name) {
    auto* button = within.findChild<QPushButton*>(QString::fromLatin1(name));
    ASSERT_NE(button, nullptr) << name;
    QTest::mouseClick(button, Qt::LeftButton);
  }
  // A dialog of that name that is open; null when there is none.
  template <class T = QWidget>
  T* dialog(const char* name) {
    for (QWidget* top : QApplication::topLevelWidgets()) {
      if (top->objectName() == QLatin1String(name) && top->isVisible()) return qobject_cast<T*>(top);
    }
    return nullptr;
  }
  template <class Condition>
  [[nodiscard]] bool soon(Condition condition) {
    return QTest::qWaitFor(condition, 5000);
  }

  QTemporaryDir folder;
  Settings settings{folder.filePath(QStringLiteral("console.ini"))};
  std::shared_ptr<FakeRouter> router = std::make_shared<FakeRouter>();
  FakeEmbedded embedded;
  Selection selection;
  ConsoleClient client;
  FakeLink* link = nullptr;
  std::unique_ptr<Page> page;
  std::vector<DockContent*> docks;
};

}  // namespace signalbox::ui::testing
