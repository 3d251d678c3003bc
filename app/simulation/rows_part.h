// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <functional>
#include <memory>

#include "session/background_queue.h"
#include "session/simulated_sample.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QWidget;

namespace mixtura::app {

class FitPlot;
class MixtureForm;
class PlotView;

/// Rows drawn from the mixture of the form, as soon as they are looked at and whenever a field
/// changes; with the buttons that open them as a data set and save them.
class RowsPart : public QObject {
    Q_OBJECT
  public:
    explicit RowsPart(const MixtureForm& mixture, QObject* parent = nullptr);

    /// Widgets for the page to place; each is made once.
    [[nodiscard]] QWidget* fields() const { return fields_; }
    [[nodiscard]] QWidget* view() const { return view_; }
    [[nodiscard]] PlotView* plot() const;
    /// The mixture has changed, or the view has come into sight.
    void refresh();
    [[nodiscard]] bool isSettled() const;
    /// Null until drawn.
    [[nodiscard]] const std::shared_ptr<const SimulatedSample>& sample() const { return sample_; }

  signals:
    /// The analyst wants these rows as a data set.
    /// @param words    what was drawn, for the log
    /// @param command  that draws the same rows, or empty
    void openRequested(const QByteArray& csv, const mixtura::CsvOptions& options,
                       const QString& words, const QString& command);
    void fileWritten(const QString& path);

  private:
    void buildFields();
    void buildView();
    void draw();
    void take(const std::shared_ptr<const SimulatedSample>& sample);
    void requestFigure(const std::vector<int>& features);
    void showHint(const QString& words);
    /// Writes the rows as text in the background, then hands them on.
    void withCsv(const std::function<void(const SimulatedSample&, const QByteArray&)>& use);
    void open();
    void save();

    const MixtureForm* mixture_;
    QWidget* fields_;
    QSpinBox* rows_;
    QSpinBox* seed_;
    QPushButton* again_;
    QPushButton* open_;
    QPushButton* save_;
    QWidget* view_;
    QStackedWidget* stack_;
    QLabel* hint_;
    QLabel* headline_;
    FitPlot* plot_;
    QTimer delay_;
    bool isStale_ = true;
    QString title_;    ///< of what is drawn
    QString command_;  ///< that draws the same
    std::shared_ptr<const SimulatedSample> sample_;
    BackgroundQueue queue_;
};

}  // namespace mixtura::app
