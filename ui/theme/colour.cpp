// SPDX-License-Identifier: GPL-3.0-only
#include "theme/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox::ui {
namespace {

using Triple = std::array<double, 3>;
constexpr Triple kWhite{0.95047, 1.0, 1.08883};  // D65

double linear(double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); }
double encoded(double c) { return c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055; }

Triple toLab(const QColor& colour) {
  const double r = linear(colour.redF()), g = linear(colour.greenF()), b = linear(colour.blueF());
  const Triple xyz{0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b};
  Triple f{};
  for (int i = 0; i < 3; ++i) {
    const double t = xyz[i] / kWhite[i];
    f[i] = t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

QColor fromLab(const Triple& lab) {
  const double fy = (lab[0] + 16) / 116;
  const Triple f{fy + lab[1] / 500, fy, fy - lab[2] / 200};
  Triple xyz{};
  for (int i = 0; i < 3; ++i) {
    const double cube = f[i] * f[i] * f[i];
    xyz[i] = kWhite[i] * (cube > 0.008856 ? cube : (f[i] - 16.0 / 116) / 7.787);
  }
  const Triple rgb{3.2406 * xyz[0] - 1.5372 * xyz[1] - 0.4986 * xyz[2], -0.9689 * xyz[0] + 1.8758 * xyz[1] + 0.0415 * xyz[2],
                   0.0557 * xyz[0] - 0.2040 * xyz[1] + 1.0570 * xyz[2]};
  const auto channel = [](double c) { return static_cast<float>(std::clamp(encoded(std::clamp(c, 0.0, 1.0)), 0.0, 1.0)); };
  return QColor::fromRgbF(channel(rgb[0]), channel(rgb[1]), channel(rgb[2]));
}

}  // namespace

double luminance(const QColor& colour) {
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

QColor mixLab(const QColor& a, const QColor& b, double share) {
  const Triple from = toLab(a), to = toLab(b);
  return fromLab({std::lerp(from[0], to[0], share), std::lerp(from[1], to[1], share), std::lerp(from[2], to[2], share)});
}

QColor withAlpha(QColor colour, double alpha) {
  colour.setAlphaF(static_cast<float>(std::clamp(alpha, 0.0, 1.0)));
  return colour;
}

QColor over(const QColor& top, const QColor& bottom) {
  const float a = top.alphaF();
  return QColor::fromRgbF(std::lerp(bottom.redF(), top.redF(), a), std::lerp(bottom.greenF(), top.greenF(), a),
                          std::lerp(bottom.blueF(), top.blueF(), a));
}

}  // namespace signalbox::ui
