// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/accessibility.h"

#include <QAccessibleWidget>
#include <QTableView>

#include "widgets/threshold_slider.h"
#include "widgets/threshold_track.h"

namespace signalbox::ui {
namespace {

class ThresholdInterface : public QAccessibleWidget, public QAccessibleValueInterface {
 public:
  explicit ThresholdInterface(ThresholdTrack* track) : QAccessibleWidget(track, QAccessible::Slider) {}
  void* interface_cast(QAccessible::InterfaceType type) override {
    return type == QAccessible::ValueInterface ? static_cast<QAccessibleValueInterface*>(this) : QAccessibleWidget::interface_cast(type);
  }
  [[nodiscard]] QVariant currentValue() const override { return slider() != nullptr ? slider()->proposed() : QVariant(); }
  void setCurrentValue(const QVariant& value) override {
    if (slider() != nullptr) slider()->proposeFromOutside(value.toDouble());
  }
  [[nodiscard]] QVariant maximumValue() const override { return slider() != nullptr ? slider()->setup().maximum : QVariant(); }
  [[nodiscard]] QVariant minimumValue() const override { return slider() != nullptr ? slider()->setup().minimum : QVariant(); }
  [[nodiscard]] QVariant minimumStepSize() const override { return slider() != nullptr ? slider()->setup().step : QVariant(); }

 private:
  [[nodiscard]] ThresholdSlider* slider() const { return qobject_cast<ThresholdSlider*>(widget()->parentWidget()); }
};

class RowInterface : public QAccessibleWidget {
 public:
  explicit RowInterface(QTableView* table) : QAccessibleWidget(table, QAccessible::List) {}
  [[nodiscard]] int childCount() const override { return 0; }
  [[nodiscard]] QAccessibleInterface* child(int /*index*/) const override { return nullptr; }
  [[nodiscard]] QString text(QAccessible::Text kind) const override {
    const auto* table = static_cast<const QTableView*>(widget());
    if (kind != QAccessible::Value || table->model() == nullptr) return QAccessibleWidget::text(kind);
    const int row = table->currentIndex().row();
    if (row < 0) return {};
    QStringList cells;
    for (int c = 0; c < table->model()->columnCount(); ++c) {
      const QString head = table->model()->headerData(c, Qt::Horizontal).toString();
      const QString cell = table->model()->index(row, c).data().toString();
      if (!cell.isEmpty()) cells << head + QStringLiteral(": ") + cell;
    }
    return cells.join(QStringLiteral("; "));
  }
};

QAccessibleInterface* make(const QString& name, QObject* object) {
  if (name == QLatin1StringView("signalbox::ui::ThresholdTrack")) return new ThresholdInterface(static_cast<ThresholdTrack*>(object));
  if (auto* table = qobject_cast<QTableView*>(object); table != nullptr && name == QLatin1StringView("QTableView")) return new RowInterface(table);
  return nullptr;
}

}  // namespace

void installAccessibility() { QAccessible::installFactory(make); }

}  // namespace signalbox::ui
