// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <memory>

#include "mixtura/io/csv.h"

#include "session/failure.h"

namespace mixtura::app {

class Session;

/// The window: composes the views of a session, its actions and its questions, and nothing more.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    /// Raised whenever docks or tool bars change, so that an old layout is not restored.
    static constexpr int layoutVersion = 1;

    /// @param readsSettings  false for safe mode: default layout, nothing is remembered
    explicit MainWindow(Session& session, bool readsSettings = true, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a project or a saved model, or shows the import dialog for a data file.
    void openFile(const QString& path);
    /// Reads a data file without a dialog; a cell that cannot be read ends it with a problem.
    void importFile(const QString& path, const CsvOptions& options);
    void saveProject(const QString& path);
    /// Shows the view called "data", "summary", "scatter", "fit", "understanding", "compare",
    /// "simulation" or "help"; or a part of "understanding": "standard-errors", "agreement",
    /// "local-optima" or "loadings"; or of "simulation": "misspecification".
    void showView(const QString& name);
    void showHelp(const QString& page);
    /// Writes model, labels, programs and figures of the model shown into `folder`; `exportDone`
    /// follows with what could not be written, one sentence a line.
    void exportAll(const QString& folder);
    /// Nothing runs that would change what is shown.
    [[nodiscard]] bool isIdle() const;
    /// Asks nothing when closed: for automatic runs.
    void setAnswersItself(bool answersItself);
    [[nodiscard]] Session& session() const;

  signals:
    void fileOpened(const QString& path);
    void openFailed(const QString& message, mixtura::app::FailureKind kind);
    void projectSaved(const QString& path);
    void exportDone(const QString& failures);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct Parts;
    void connectActions();
    void connectSession();
    void connectPages();
    void connectFiles();
    void arrange();
    void refreshTitle();
    void refreshActions();
    void refreshStatus();
    void refreshProblems();
    void refreshRecent();
    void refreshOffers();
    void followFit();
    void showProblemCell(const QString& dataId, std::int64_t row, int column);
    void runFit();
    void togglePause();
    void exportFigure();
    void showAbout();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
