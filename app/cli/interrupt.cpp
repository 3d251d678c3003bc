// SPDX-License-Identifier: Apache-2.0
#include "interrupt.h"

#include <csignal>

#include <pthread.h>
#include <unistd.h>

#include "exit_status.h"

namespace mixtura::cli {

namespace {

constexpr int end_signal = SIGUSR2;  ///< sent to the waiting thread by the destructor alone

sigset_t waited_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, end_signal);
    return signals;
}

}  // namespace

// A thread waits for the signal, because nothing that a stop request does may run in a handler.
Interrupt::Interrupt() {
    const sigset_t signals = waited_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    waiter_ = std::thread([source = source_]() mutable {
        const sigset_t waited = waited_signals();
        for (;;) {
            int signal = 0;
            if (sigwait(&waited, &signal) != 0 || signal != SIGINT)
                return;
            if (!source.request_stop())
                ::_exit(exit_cancelled);
        }
    });
}

Interrupt::~Interrupt() {
    pthread_kill(waiter_.native_handle(), end_signal);
    waiter_.join();
    const sigset_t signals = waited_signals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace mixtura::cli
