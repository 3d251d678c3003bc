// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QFont>
#include <QStandardPaths>
#include <QStyleFactory>

#include <gmock/gmock.h>

int main(int argumentCount, char** arguments) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    QApplication application(argumentCount, arguments);
    QApplication::setOrganizationName(QStringLiteral("mixtura-tests"));
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 10));
    testing::InitGoogleMock(&argumentCount, arguments);
    return RUN_ALL_TESTS();
}
