// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUndoCommand>

#include "session/session.h"

namespace mixtura::app {

/// Gives a column another role.
class RoleCommand : public QUndoCommand {
  public:
    RoleCommand(Session& session, QString dataId, int column, ColumnRole before, ColumnRole after);
    void undo() override;
    void redo() override;

  private:
    Session* session_;
    QString dataId_;
    int column_;
    ColumnRole before_;
    ColumnRole after_;
};

/// Gives a column another type; keeps that column's values alone.
class TypeCommand : public QUndoCommand {
  public:
    TypeCommand(Session& session, QString dataId, int column, Column before, Column after);
    void undo() override;
    void redo() override;

  private:
    Session* session_;
    QString dataId_;
    int column_;
    Column before_;
    Column after_;
};

/// Changes the set-up of the next fit; steps of one option merge.
class SetupCommand : public QUndoCommand {
  public:
    SetupCommand(Session& session, QString dataId, Plan before, Plan after, const QString& words,
                 int mergeId);
    void undo() override;
    void redo() override;
    [[nodiscard]] int id() const override { return mergeId_; }
    bool mergeWith(const QUndoCommand* other) override;

  private:
    Session* session_;
    QString dataId_;
    Plan before_;
    Plan after_;
    int mergeId_;
};

}  // namespace mixtura::app
