// SPDX-License-Identifier: Apache-2.0
// The tuning page on its stage, with ways to do what a person does there.
#pragma once
#include <QDoubleSpinBox>

#include "pages/tune/tune_page.h"
#include "ui/pages/stage.h"
#include "widgets/diff_view.h"

namespace signalbox::ui::testing {

inline constexpr const char* kGate = "/workloads/0/gate/local/escalate-below";

class TunePageTest : public PageStage {
 protected:
  // Shown, with the live policy as its draft.
  void SetUp() override { embedded.become(EmbeddedRouter::State::Running); }
  TunePage& ready() {
    commit(40);
    auto& shown = show<TunePage>("tune");
    EXPECT_TRUE(soon([&] { return !shown.draft().isEmpty(); }));
    return shown;
  }
  QDoubleSpinBox& gate() {
    auto* spin = page->findChild<QDoubleSpinBox*>(QStringLiteral("threshold.spin.") + QString::fromLatin1(kGate));
    if (!spin) ADD_FAILURE() << "no gate";
    return *spin;
  }
  // Somebody else makes a revision live whose gate of the middle tier is this.
  void addRevision(double gate_of_mid) {
    Json next = samplePolicy();
    next["workloads"][0]["gate"]["mid"]["escalate-below"] = gate_of_mid;
    router->addRevision(next, true);
  }
  int changedLines() {
    int n = 0;
    for (const DiffLine& line : find<DiffView>("diff").lines()) n += line.kind == DiffLine::Kind::Same ? 0 : 1;
    return n;
  }
  // Asks to make it live; the dialog that opened.
  QWidget* askToApply() {
    click(find<Banner>("draftBanner"), "banner.apply");
    EXPECT_TRUE(soon([&] { return dialog("applyDialog") != nullptr; }));
    return dialog("applyDialog");
  }
  void makeLive() {
    gate().setValue(0.9);
    QWidget* asked = askToApply();
    click(*asked, "confirm.verb");
    ASSERT_TRUE(soon([&] { return find<QWidget>("deadMan").isVisible(); }));
  }
};

}  // namespace signalbox::ui::testing
