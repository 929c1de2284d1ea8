// SPDX-License-Identifier: GPL-3.0-only
// What becomes of the tuning page when its router goes, comes back, or is another one.
#include "models/policy_text.h"
#include "pages/tune/apply_dialog.h"
#include "pages/tune/change_strip.h"
#include "pages/tune/policy_editor.h"
#include "pages/tune/threshold_form.h"
#include "pages/tune/tune_page.h"
#include "theme/format.h"
#include "widgets/banner.h"

namespace signalbox::ui {

void TunePage::leaveSession() {
  for (Asker* asker : {&live_, &targets_, &samples_, &diffs_}) asker->cancel();
  if (dialog_) dialog_->reject();  // it asks about a router that is not here any more
  setAside();
  editor_->discard();
  draft_.setLive(0, Json::object());
  form_->setSample(std::nullopt);
  say({});
  followPolicy();
}

void TunePage::greet() {
  if (const auto& hello = context_.client.hello()) {
    store_ = hello->store_id;
    router_ = context_.client.routerName();
    takeUp();
  }
  followPolicy();
  sampleScores();
}

// A router that is restarted, stopped or away for good must not take a person's work with it.
void TunePage::setAside() {
  const bool typed = !editor_->objection().isEmpty();
  if (!draft_.isEmpty() && (draft_.isDirty() || typed)) {
    asides_[store_] = {router_, typed ? editor_->text() : policyText(draft_.proposed()), draft_.base(), draft_.live(), draft_.proposed(),
                       typed};
  }
  store_.clear();
  showAside();
}

void TunePage::takeUp() {
  if (draft_.isDirty()) return showAside();
  if (auto mine = asides_.extract(store_)) {
    draft_.setLive(mine.mapped().base, mine.mapped().live);
    draft_.replaceDocument(mine.mapped().proposed);
    if (mine.mapped().typed) editor_->type(mine.mapped().text);
  }
  showAside();
}

void TunePage::showAside() {
  aside_banner_->setVisible(!asides_.empty());
  if (asides_.empty()) return;
  const SetAside& one = asides_.begin()->second;
  aside_banner_->setContent(BannerKind::Info, tr("A draft on %1 of %2 was set aside.").arg(format::revision(one.base), one.router),
                            tr("It comes back with that router."));
  aside_banner_->setActions({{QStringLiteral("copy"), tr("Copy its text")}, {QStringLiteral("drop"), tr("Throw it away")}});
}

}  // namespace signalbox::ui
