// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "mixtura/gaussian_mixture/scatter_figure.h"
#include "mixtura/plan/explanation.h"
#include "mixtura/plan/summary.h"

#include "session/agreement.h"
#include "session/session.h"

namespace mixtura::app {

/// What the plots draw: the rows in use and, once there is a fit, what the model shown says of
/// them. Worked out in the background; each signal comes when its part is ready.
class CurrentModel : public QObject {
    Q_OBJECT
  public:
    explicit CurrentModel(Session& session, QObject* parent = nullptr);

    /// Rows and features of the fit shown, or else of the set-up; null while there are none.
    [[nodiscard]] const std::shared_ptr<const FeatureTable>& table() const { return table_; }
    /// The model shown, or none.
    [[nodiscard]] const std::optional<SavedModel>& model() const { return model_; }
    /// Null until worked out.
    [[nodiscard]] const std::shared_ptr<const Scores>& scores() const { return scores_; }
    /// Known labels of the first components of the model shown, or the classes of all; empty where
    /// there are none.
    [[nodiscard]] QStringList componentNames() const;
    /// What rows are classified into: the names of classes, or else of components.
    [[nodiscard]] QStringList labelNames() const;
    [[nodiscard]] const ModelSummary& summary() const { return summary_; }
    /// False between a change and the start of the work that follows from it.
    [[nodiscard]] bool isSettled() const { return !delay_.isActive(); }
    /// Works out the figure of these columns of the table; `figureReady` follows, unless the same
    /// asker asks for another one first.
    void requestFigure(const QString& asker, const std::vector<int>& features);
    /// Works out what the model says of the rows, with the discriminant subspace of this lambda;
    /// `explanationReady` follows, unless the model changes first. Nothing where there is no model
    /// or no row.
    void requestExplanation(double subspaceLambda);
    /// Holds the classification against a column of the data, or else against the known labels, or
    /// whichever column suggests itself; `agreementReady` follows unless there are no scores yet.
    void requestAgreement(const QString& column);

  signals:
    void tableChanged();
    void modelChanged();
    /// Scores and summary of the model are there, or gone.
    void scoresChanged();
    void figureReady(const QString& asker, std::shared_ptr<const mixtura::ScatterFigure> figure);
    void explanationReady(std::shared_ptr<const mixtura::Explanation> explanation);
    void agreementReady(std::shared_ptr<const mixtura::app::Agreement> agreement);

  private:
    void refresh();
    /// The rows of the fit; those without missing values, since plots need every value of a row.
    void takeTableOf(const FitEntry& fit);
    void takeTable(std::shared_ptr<const FeatureTable> table);
    void workOutScores();

    Session* session_;
    QTimer delay_;
    std::shared_ptr<const FeatureTable> table_;
    /// The complete rows of the last fit that used others too.
    struct {
        std::shared_ptr<const RunResult> of;
        std::shared_ptr<const FeatureTable> table;
    } reduced_;
    std::optional<SavedModel> model_;
    std::shared_ptr<const Scores> scores_;
    ModelSummary summary_;
};

}  // namespace mixtura::app
