// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QVector>
#include <functional>

#include "results/export_dialog.h"

namespace mixtura::app {

class CurrentModel;
class ResultViews;
class Session;

/// Writes what the export dialog asks for, of the model shown.
class ExportTask : public QObject {
    Q_OBJECT
  public:
    ExportTask(Session& session, CurrentModel& current, ResultViews& views,
               QObject* parent = nullptr);

    /// True while there is a model that is worked out.
    [[nodiscard]] bool isPossible() const;
    /// `itemWritten` or `itemFailed` follows for each item.
    void write(const QVector<ExportItem>& items);
    /// Every kind, into `folder`, under names that begin with `stem`.
    [[nodiscard]] static QVector<ExportItem> everything(const QString& folder, const QString& stem);
    /// First part of file names: that of the data file.
    [[nodiscard]] QString stem() const;

  signals:
    void itemWritten(const QString& path);
    void itemFailed(const QString& path, const QString& reason);

  private:
    void answer(const QString& path, const QString& failure);

    Session* session_;
    CurrentModel* current_;
    ResultViews* views_;
};

}  // namespace mixtura::app
