// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <optional>

#include "session/study_job.h"

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QWidget;

namespace mixtura::app {

class MixtureForm;
class PlotView;
class Session;
class StudyPlot;

/// The study of a wrong variance for the mixture of the form: asks for its grid, shows how far it
/// is, and plots it. It is run when it is first looked at, and then when it is asked for.
class StudyPart : public QObject {
    Q_OBJECT
  public:
    StudyPart(Session& session, const MixtureForm& mixture, QObject* parent = nullptr);

    /// Widgets for the page to place; each is made once.
    [[nodiscard]] QWidget* fields() const { return fields_; }
    [[nodiscard]] QWidget* view() const { return view_; }
    [[nodiscard]] PlotView* plot() const;
    /// The mixture has changed, or the view has come into sight.
    void refresh();
    [[nodiscard]] bool isSettled() const;

  signals:
    void fileWritten(const QString& path);

  private:
    void buildFields();
    void buildView();
    void run();
    void follow();
    void showProgress();
    void sayResult();
    /// None where a field holds no list of numbers; says so.
    [[nodiscard]] std::optional<MisspecificationOptions> options();
    void say(const QString& words);

    Session* session_;
    const MixtureForm* mixture_;
    StudyJob job_;
    QWidget* fields_;
    QLineEdit* signals_;
    QLineEdit* ratios_;
    QSpinBox* rows_;
    QSpinBox* replicates_;
    QSpinBox* seed_;
    QPushButton* run_;
    QPushButton* stop_;
    QPushButton* save_;
    QProgressBar* progress_;
    QWidget* view_;
    QLabel* headline_;
    StudyPlot* plot_;
    bool hasRun_ = false;
    QString title_;         ///< of the mixture that the job is about
    QString shownTitle_;    ///< of the mixture of the result
    QString shownCommand_;  ///< mixtura-cli that gives the same
    QString command_;
};

}  // namespace mixtura::app
