// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session_commands.h"

#include <utility>

namespace mixtura::app {

RoleCommand::RoleCommand(Session& session, QString dataId, int column, ColumnRole before,
                         ColumnRole after)
    : QUndoCommand(Session::tr("Change column role")),
      session_(&session),
      dataId_(std::move(dataId)),
      column_(column),
      before_(before),
      after_(after) {}

void RoleCommand::undo() {
    session_->applyRole(dataId_, column_, before_);
}

void RoleCommand::redo() {
    session_->applyRole(dataId_, column_, after_);
}

TypeCommand::TypeCommand(Session& session, QString dataId, int column, Column before, Column after)
    : QUndoCommand(Session::tr("Change column type")),
      session_(&session),
      dataId_(std::move(dataId)),
      column_(column),
      before_(std::move(before)),
      after_(std::move(after)) {}

void TypeCommand::undo() {
    session_->applyColumn(dataId_, column_, before_);
}

void TypeCommand::redo() {
    session_->applyColumn(dataId_, column_, after_);
}

SetupCommand::SetupCommand(Session& session, QString dataId, Plan before, Plan after,
                           const QString& words, int mergeId)
    : QUndoCommand(words),
      session_(&session),
      dataId_(std::move(dataId)),
      before_(std::move(before)),
      after_(std::move(after)),
      mergeId_(mergeId) {}

void SetupCommand::undo() {
    session_->applySetup(dataId_, before_);
}

void SetupCommand::redo() {
    session_->applySetup(dataId_, after_);
}

bool SetupCommand::mergeWith(const QUndoCommand* other) {
    const auto* next = dynamic_cast<const SetupCommand*>(other);
    if (next == nullptr || next->dataId_ != dataId_ || next->mergeId_ != mergeId_)
        return false;
    after_ = next->after_;
    return true;
}

}  // namespace mixtura::app
