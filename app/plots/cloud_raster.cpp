// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/cloud_raster.h"

#include <QPoint>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "plots/palette.h"

namespace mixtura::app {

namespace {

// Least opacity of a pixel that holds a row, so that a lone row can be seen.
constexpr double loneOpacity = 0.28;

constexpr std::size_t rowsBetweenStops = 65536;

/// Sums over the rows in one pixel.
struct Pixel {
    float weight = 0.0F;
    float red = 0.0F;
    float green = 0.0F;
    float blue = 0.0F;
};

/// Logical side of the square one row covers, by how many there are to show.
double stampSide(int rows) {
    return rows <= 20000 ? 3.0 : rows <= 200000 ? 2.0 : 1.0;
}

std::vector<QPoint> stampOf(double side) {
    const auto reach = static_cast<int>(side / 2.0);
    const int last = std::max(static_cast<int>(std::lround(side)) - 1 - reach, 0);
    std::vector<QPoint> offsets;
    for (int dy = -reach; dy <= last; ++dy)
        for (int dx = -reach; dx <= last; ++dx) {
            const double centre = (last - reach) / 2.0;
            if (std::hypot(dx - centre, dy - centre) <= side / 2.0 + 0.1 || side < 2.5)
                offsets.emplace_back(dx, dy);
        }
    return offsets;
}

/// Adds every row to the pixels it covers. @return false if the stop was requested
bool countRows(const CloudRaster& cloud, const CloudView& view, int width, int height,
               std::vector<Pixel>& pixels, const std::stop_token& stop) {
    const double xScale = width / view.x.size();
    const double yScale = height / view.y.size();
    const auto rows = static_cast<std::size_t>(cloud.rowCount());
    const double* xs = cloud.x();
    const double* ys = cloud.y();
    const auto channels = [](const QColor& colour) {
        return std::array{colour.redF(), colour.greenF(), colour.blueF()};
    };
    std::array<std::array<float, 3>, componentColourCount> colours{};
    std::transform(componentColours(cloud.isDark).begin(), componentColours(cloud.isDark).end(),
                   colours.begin(), channels);
    const std::array<float, 3> plain = channels(cloud.plain);
    const std::array<float, 3> noise = channels(noiseColour(cloud.isDark));
    const std::array<float, 3> uncertain = channels(cloud.uncertain);
    const std::vector<QPoint> stamp = stampOf(stampSide(cloud.rowCount()) * view.scale);
    for (std::size_t row = 0; row < rows; ++row) {
        if (row % rowsBetweenStops == 0 && stop.stop_requested())
            return false;
        const double u = (xs[row] - view.x.lower) * xScale;
        const double v = (view.y.upper - ys[row]) * yScale;
        if (!(u >= 0.0 && v >= 0.0 && u < width && v < height))  // also rejects NaN
            continue;
        const std::array<float, 3>* colour = &plain;
        if (cloud.scores) {
            const std::int32_t group = cloud.scores->classification[row];
            colour = cloud.isUncertain(row) ? &uncertain
                     : cloud.scores->is_noise(group)
                         ? &noise
                         : &colours[static_cast<std::size_t>(group % componentColourCount)];
        }
        float weight = 1.0F;
        if (cloud.fades && cloud.scores)
            weight -=
                0.75F *
                std::min(2.0F * static_cast<float>(
                                    cloud.scores->uncertainty[static_cast<Eigen::Index>(row)]),
                         1.0F);
        const float red = weight * (*colour)[0];
        const float green = weight * (*colour)[1];
        const float blue = weight * (*colour)[2];
        for (const QPoint& offset : stamp) {
            const int a = static_cast<int>(u) + offset.x();
            const int b = static_cast<int>(v) + offset.y();
            if (a < 0 || b < 0 || a >= width || b >= height)
                continue;
            Pixel& pixel = pixels[static_cast<std::size_t>(b) * static_cast<std::size_t>(width) +
                                  static_cast<std::size_t>(a)];
            pixel.weight += weight;
            pixel.red += red;
            pixel.green += green;
            pixel.blue += blue;
        }
    }
    return true;
}

/// The pixels' mean colours, more opaque the more rows they hold.
QImage painted(const std::vector<Pixel>& pixels, int width, int height, double opacity) {
    float most = 1.0F;
    for (const Pixel& pixel : pixels) most = std::max(most, pixel.weight);
    // Opacity grows with the logarithm of the count: a lone row and a crowd are both seen.
    const double perLog = (1.0 - loneOpacity) / std::max(std::log(static_cast<double>(most)), 1.0);
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    for (int b = 0; b < height; ++b) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(b));
        for (int a = 0; a < width; ++a) {
            const Pixel& pixel =
                pixels[static_cast<std::size_t>(b) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(a)];
            if (!(pixel.weight > 0.0F)) {
                line[a] = 0;
                continue;
            }
            const auto count = static_cast<double>(pixel.weight);
            const double alpha = opacity * (count < 1.0 ? loneOpacity * count
                                                        : loneOpacity + perLog * std::log(count));
            const auto channel = [&](float sum) {
                // NOLINTNEXTLINE(bugprone-incorrect-roundings): not negative; lround is a slow call
                return static_cast<int>(255.0F * sum / pixel.weight + 0.5F);
            };
            line[a] = qPremultiply(qRgba(channel(pixel.red), channel(pixel.green),
                                         channel(pixel.blue), static_cast<int>(255.0 * alpha)));
        }
    }
    return image;
}

}  // namespace

QImage CloudRaster::image(const CloudView& view, const std::stop_token& stop) const {
    const auto width = static_cast<int>(view.size.width() * view.scale);
    const auto height = static_cast<int>(view.size.height() * view.scale);
    if (width < 1 || height < 1)
        return {};
    std::vector<Pixel> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    if (!countRows(*this, view, width, height, pixels, stop))
        return {};
    return painted(pixels, width, height, isFaint ? 0.4 : 1.0);
}

}  // namespace mixtura::app
