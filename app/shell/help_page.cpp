// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/help_page.h"

#include <QDesktopServices>
#include <QFile>
#include <QFileInfo>
#include <QTextBlock>
#include <QTextTable>

#include "session/samples.h"

namespace mixtura::app {

namespace {

/// Room between paragraphs, and lines around the cells of tables: Markdown brings neither.
void dress(QTextDocument& document, double lineHeight) {
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        if (cursor.currentTable() == nullptr && block.textList() == nullptr) {
            format.setBottomMargin(lineHeight * 0.5);
            if (format.headingLevel() > 0)
                format.setTopMargin(lineHeight * 0.6);
        }
        cursor.setBlockFormat(format);
        if (QTextTable* table = cursor.currentTable()) {
            QTextTableFormat tableFormat = table->format();
            tableFormat.setBorderCollapse(true);
            tableFormat.setCellPadding(lineHeight * 0.25);
            tableFormat.setBorder(1);
            table->setFormat(tableFormat);
        }
    }
}

}  // namespace

HelpPage::HelpPage(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("helpView"));
    setAccessibleName(tr("Help"));
    setFrameShape(QFrame::NoFrame);
    showPage(QStringLiteral("index"));
}

void HelpPage::showPage(const QString& id) {
    setSource(QUrl(id + QStringLiteral(".md")));
}

void HelpPage::doSetSource(const QUrl& url, QTextDocument::ResourceType /*type*/) {
    if (!url.isRelative()) {
        QDesktopServices::openUrl(url);
        return;
    }
    const QString folder = resourceFolder(QStringLiteral("help"));
    QString path = folder + u'/' + QFileInfo(url.path()).fileName();
    if (!QFileInfo::exists(path))
        path = folder + QStringLiteral("/index.md");
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        setPlainText(tr("The help pages are not installed: %1 is missing. Install Mixtura again.")
                         .arg(path));
        return;
    }
    setMarkdown(QString::fromUtf8(file.readAll()));
    dress(*document(), fontMetrics().height());
    document()->setDocumentMargin(fontMetrics().height());
    if (url.hasFragment())
        scrollToAnchor(url.fragment());
}

}  // namespace mixtura::app
