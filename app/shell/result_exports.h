// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "shell/export_task.h"

class QWidget;

namespace mixtura::app {

/// Exports of the model shown as the analyst asks for them: the export dialog, one figure, the
/// report; or everything at once for runs without an analyst.
class ResultExports : public QObject {
    Q_OBJECT
  public:
    /// @param remembers  the export folder outlives the program
    ResultExports(Session& session, CurrentModel& current, ResultViews& views, QWidget& window,
                  bool remembers);

    [[nodiscard]] bool isPossible() const { return task_.isPossible(); }
    void showDialog();
    /// Writes model, labels, programs and figures into `folder`; `allWritten` follows with what
    /// could not be written, one sentence a line.
    void writeAll(const QString& folder);
    /// Asks where to, and writes the report there.
    void writeReport();

  signals:
    void allWritten(const QString& failures);

  private:
    void reportWritten(const QString& path, const QString& failure);

    Session* session_;
    CurrentModel* current_;
    ResultViews* views_;
    QWidget* window_;
    bool remembers_;
    ExportTask task_;
};

}  // namespace mixtura::app
