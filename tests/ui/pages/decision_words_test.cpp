// SPDX-License-Identifier: Apache-2.0
#include "pages/decisions/decision_words.h"

#include <gtest/gtest.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#include "pages/common/page_helpers.h"
#include "ui/fake_console.h"

namespace signalbox::ui {
namespace {

TEST(DecisionWordsTest, namesTheMapOfAConfidenceUnderItsGate) {
  control::DecisionDetail detail;
  detail.decision = testing::FakeRouter().make(wallNow()).decision;
  detail.decision.confidence_raw = detail.decision.attempts[0].confidence_raw = 0.9996;
  detail.decision.calibration = "tickets-local-top-class";
  detail.steps = {{"gate", "gate_accepted", {"local", "0.91", "0.82"}, 1}};
  std::vector<ReasonLine> lines = reasonsOf(detail);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(plainText(lines[1].what) + lines[1].name, QStringLiteral("calibrated from 0.9996 by tickets-local-top-class"));
  detail.decision.calibration.clear();
  detail.decision.attempts[0].confidence_raw = detail.decision.attempts[0].confidence;
  lines = reasonsOf(detail);
  EXPECT_EQ(lines.size(), 1U) << "no map, no word of one";
}

TEST(CurlTest, aModelsNameCannotLeaveItsQuotes) {
  const QString name = QStringLiteral("gpt-4'; touch /tmp/x; 'ü\"\\");
  QString command = curlFor(nullptr, name);
  command.replace(QStringLiteral("curl "), QStringLiteral("printf '%s\\n' "));
  QProcess shell;
  shell.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), command});
  ASSERT_TRUE(shell.waitForFinished(5000));
  const QList<QByteArray> words = shell.readAllStandardOutput().trimmed().split('\n');
  EXPECT_EQ(words.size(), 7) << command.toStdString();
  const QJsonObject body = QJsonDocument::fromJson(words.back()).object();
  EXPECT_EQ(body[QLatin1String("model")].toString(), name);
}

}  // namespace
}  // namespace signalbox::ui
