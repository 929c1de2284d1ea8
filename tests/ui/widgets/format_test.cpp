// SPDX-License-Identifier: Apache-2.0
#include "theme/format.h"

#include <gtest/gtest.h>

#include <cmath>

namespace signalbox::ui {
namespace {

struct Row {
  double value;
  const char* written;
};

const QLocale kEnglish(QLocale::English, QLocale::UnitedStates);
const QLocale kGerman(QLocale::German, QLocale::Germany);

template <class Write, std::size_t N>
void expectAll(const Row (&rows)[N], Write write) {
  for (const Row& row : rows) EXPECT_EQ(write(row.value).toStdString(), row.written) << row.value;
}

TEST(FormatTest, writesMoneyWithThreeDigits) {
  const Row rows[] = {{0.000612, "$0.000612"}, {0.559, "$0.559"}, {3.5, "$3.50"},     {231.4, "$231"}, {1445, "$1,445"},   {0, "$0"},           {99.96, "$100"},
                      {9.999, "$10.0"},        {0.9996, "$1.00"}, {0.0585, "$0.0585"}, {12.346, "$12.3"}, {-0.052, "−$0.0520"}, {0.0000869, "$0.0000869"}};
  expectAll(rows, [](double v) { return format::money(v, kEnglish); });
}

TEST(FormatTest, writesMeansPerThousandOnlyBelowACent) {
  const Row rows[] = {{0.000559, "$0.559 / 1k"}, {0.0035, "$3.50 / 1k"}, {0.0121, "$0.0121"}, {0, "$0"}};
  expectAll(rows, [](double v) { return format::perRequest(v, kEnglish); });
}

TEST(FormatTest, writesSharesWithTwoDecimalsBelowFivePercent) {
  const Row rows[] = {{0.76, "76.0%"}, {0.028, "2.80%"}, {0.0021, "0.21%"}, {1, "100.0%"}, {0.04996, "5.0%"}, {0.0499, "4.99%"}, {0, "0.00%"}};
  expectAll(rows, [](double v) { return format::share(v, kEnglish); });
}

TEST(FormatTest, writesDifferencesInPointsWithATrueMinus) {
  const Row rows[] = {{-0.002, "−0.2 pt"}, {0.013, "+1.3 pt"}, {-0.0001, "−0.01 pt"}};
  expectAll(rows, [](double v) { return format::points(v, kEnglish); });
  EXPECT_EQ(format::shareDelta(-0.116, kEnglish), QStringLiteral("−11.6%"));
  EXPECT_EQ(format::shareDelta(1.61, kEnglish), QStringLiteral("+161%"));
}

TEST(FormatTest, givesIntervalsTheDecimalsOfTheirValue) {
  EXPECT_EQ(format::shareInterval(0.712, 0.698, 0.726, kEnglish).text(), QStringLiteral("71.2% ± 1.4"));
  EXPECT_EQ(format::shareInterval(0.028, 0.0275, 0.0285, kEnglish).text(), QStringLiteral("2.80% ± 0.05"));
  EXPECT_EQ(format::shareInterval(0.5, 0.4996, 0.5004, kEnglish).text(), QStringLiteral("50.00% ± 0.04"));
  EXPECT_EQ(format::pointsInterval(-0.116, -0.139, -0.094, kEnglish).interval, QStringLiteral("[−13.9, −9.4]"));
  EXPECT_EQ(format::moneyInterval(0.000612, 0.000603, 0.000621, kEnglish).text(), QStringLiteral("$0.000612 ± 0.000009"));
}

TEST(FormatTest, writesLatencyInTheUnitThatFits) {
  const Row rows[] = {{0.041, "41 µs"}, {0.6, "0.6 ms"}, {1.26, "1.3 ms"}, {843, "843 ms"}, {999.7, "1.00 s"}, {1420, "1.42 s"}, {12'345, "12.3 s"}, {125'000, "2 min 5 s"}};
  expectAll(rows, [](double v) { return format::latencyMs(v, kEnglish); });
  EXPECT_EQ(format::micros(41, kEnglish), QStringLiteral("41 µs"));
  EXPECT_EQ(format::micros(1400, kEnglish), QStringLiteral("1.4 ms"));
}

TEST(FormatTest, writesAxisLabelsWithoutNeedlessDigits) {
  EXPECT_EQ(format::latencyTick(500, kEnglish), QStringLiteral("500 ms"));
  EXPECT_EQ(format::latencyTick(2000, kEnglish), QStringLiteral("2 s"));
  EXPECT_EQ(format::shareTick(0.25, kEnglish), QStringLiteral("25%"));
  EXPECT_EQ(format::shareTick(0.005, kEnglish), QStringLiteral("0.5%"));
  EXPECT_EQ(format::moneyTick(5, kEnglish), QStringLiteral("$5"));
  EXPECT_EQ(format::moneyTick(0.00055, kEnglish), QStringLiteral("$0.00055"));
}

TEST(FormatTest, writesCountsInFullUpToSixDigits) {
  EXPECT_EQ(format::count(412'806, kEnglish), QStringLiteral("412,806"));
  EXPECT_EQ(format::count(9'412'345, kEnglish), QStringLiteral("9.41 M"));
  EXPECT_EQ(format::partialCount(371'000, kEnglish), QStringLiteral("≥ 371,000 (counting)"));
  EXPECT_EQ(format::megabytes(184'300'000, kEnglish), QStringLiteral("184 MB"));
}

TEST(FormatTest, writesRatesScoresAndRevisions) {
  EXPECT_EQ(format::rate(0.04, kEnglish), QStringLiteral("0.04 /s"));
  EXPECT_EQ(format::rate(6.4, kEnglish), QStringLiteral("6.4 /s"));
  EXPECT_EQ(format::score(0.914, kEnglish), QStringLiteral("0.91"));
  EXPECT_EQ(format::editableScore(0.334, kEnglish), QStringLiteral("0.334"));
  EXPECT_EQ(format::revision(42), QStringLiteral("r42"));
}

TEST(FormatTest, neverWritesTheUnknownAsZero) {
  const QString dash = QStringLiteral("–");
  EXPECT_EQ(format::money(std::nullopt), dash);
  EXPECT_EQ(format::share(std::nullopt), dash);
  EXPECT_EQ(format::latencyMs(std::nullopt), dash);
  EXPECT_EQ(format::count(std::nullopt), dash);
  EXPECT_EQ(format::score(std::nan("")), dash);
  EXPECT_EQ(format::shareInterval(std::nullopt, 0.1, 0.2).text(), dash);
  EXPECT_EQ(format::revision(std::nullopt), dash);
}

TEST(FormatTest, followsTheLocale) {
  EXPECT_EQ(format::share(0.76, kGerman), QStringLiteral("76,0%"));
  EXPECT_EQ(format::count(412'806, kGerman), QStringLiteral("412.806"));
  EXPECT_EQ(format::points(-0.002, kGerman), QStringLiteral("−0,2 pt"));
}

TEST(FormatTest, countsDownByTheClock) {
  EXPECT_EQ(format::countdown(462), QStringLiteral("07:42"));
  EXPECT_EQ(format::countdown(3725), QStringLiteral("1:02:05"));
  EXPECT_EQ(format::countdown(-3), QStringLiteral("00:00"));
}

}  // namespace
}  // namespace signalbox::ui
