// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextBrowser>

namespace mixtura::app {

/// The help pages of resources/help; links between them work. objectName helpView.
class HelpPage : public QTextBrowser {
    Q_OBJECT
  public:
    explicit HelpPage(QWidget* parent = nullptr);

    /// Shows the page `id` (the file's name without its ending), or the contents where it is not
    /// there.
    void showPage(const QString& id);

  protected:
    void doSetSource(const QUrl& url, QTextDocument::ResourceType type) override;
};

}  // namespace mixtura::app
