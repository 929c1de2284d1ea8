// SPDX-License-Identifier: GPL-3.0-only
// The one window: menus, context bar, rail, banners, pages with their docks, status line. It makes pages from factories when
// they are first shown, paints before anything is loaded, and wires nothing but itself: links and Selection are joined to its
// parts in app/. GUI thread.
#pragma once
#include <QHash>
#include <QMainWindow>
#include <QStringList>
#include <functional>
#include <vector>

#include "shell/rail.h"
#include "widgets/banner.h"

class QVBoxLayout;

namespace signalbox::ui {

class Appearance;
class ContextBar;
class DockArea;
class Page;
class Settings;
class StatusLine;

struct ShellPage {
  QString id;     // overview, decisions, tune, proxy …
  QString title;  // as in the rail
  QString icon;
  int digit = 0;  // of Ctrl+digit; digits of pages not built yet stay reserved
  int group = 0;  // watch, decide, run
  std::function<Page*(QWidget* parent)> make;
};

enum class MenuId { File, Edit, View, Go, Router, Policy, Tools, Help };

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  MainWindow(Settings& settings, Appearance& appearance, QWidget* parent = nullptr);
  ~MainWindow() override;

  void addPage(ShellPage entry);
  void showPage(const QString& id);  // before the window is painted it is only remembered
  [[nodiscard]] QString currentPage() const { return current_; }
  [[nodiscard]] Page* page(const QString& id) const { return pages_.value(id); }  // null until first shown
  void setPageEnabled(const QString& id, bool enabled, const QString& why = {});
  void setPageBadge(const QString& id, const RailBadge& badge);

  [[nodiscard]] ContextBar& contextBar() { return *context_; }
  [[nodiscard]] StatusLine& statusLine() { return *status_; }
  [[nodiscard]] QMenu* menu(MenuId id) { return menus_.value(static_cast<int>(id)); }
  // The banner of that name, made when first asked for; hidden until it is shown. They stand in order of making.
  [[nodiscard]] Banner& banner(const QString& name);
  // Shows the banner of that name as a warning that its reader closes.
  void warn(const QString& name, const QString& lead, const QString& detail);

  // "prod / eu-1 – Signalbox"; a sample says so in the title.
  void setSubject(const QString& subject, const QString& sample = {});
  // What closing means: false keeps the window (the proxy goes on in the tray, a draft is unsaved).
  void setCloseGuard(std::function<bool()> mayClose) { mayClose_ = std::move(mayClose); }
  // Asked once at leaving, whatever the way: the last moment to flush.
  void leave();

 Q_SIGNALS:
  void firstPainted();              // the window stands; load now
  void pageShown(const QString& id);
  void backRequested();
  void forwardRequested();
  void aboutRequested();
  void preferencesRequested();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void makeMenus();
  void makeViewMenu();
  void fillPageMenu();
  void foldRail(bool folded);
  void onFirstPaint();
  void showStatus();

  Settings& settings_;
  Appearance& appearance_;
  Rail* rail_;
  ContextBar* context_;
  StatusLine* status_;
  DockArea* docks_;
  QVBoxLayout* banners_;
  QMenu* pageMenu_ = nullptr;
  QMenu* dockMenu_ = nullptr;
  QAction* foldAction_ = nullptr;
  QHash<int, QMenu*> menus_;
  QHash<QString, Banner*> bannersByName_;
  std::vector<ShellPage> entries_;
  QHash<QString, Page*> pages_;
  QHash<QString, QAction*> goActions_;
  QString current_, wanted_;
  std::function<bool()> mayClose_;
  bool painted_ = false;
  bool foldedByWidth_ = false;
  bool left_ = false;
};

}  // namespace signalbox::ui
