/* What every C test includes first: cmocka with the headers it asks for, and a few assertions. */
#ifndef MEED_TESTS_UNIT_H
#define MEED_TESTS_UNIT_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/sv.h"

#define assert_sv_equal(view, text)                                                                \
    do {                                                                                           \
        struct sv view_ = (view);                                                                  \
        assert_int_equal(view_.n, strlen(text));                                                   \
        assert_memory_equal(view_.p, (text), view_.n);                                             \
    } while (0)

/* The statement must end the process by CHECK(): run in a child, whose stderr is dropped. */
#define assert_aborts(statement)                                                                   \
    do {                                                                                           \
        pid_t child_ = fork();                                                                     \
        int status_;                                                                               \
        if (child_ == 0) {                                                                         \
            signal(SIGABRT, SIG_DFL);                                                              \
            close(STDERR_FILENO);                                                                  \
            statement;                                                                             \
            _exit(0);                                                                              \
        }                                                                                          \
        assert_int_equal(waitpid(child_, &status_, 0), child_);                                    \
        assert_true(WIFSIGNALED(status_) && WTERMSIG(status_) == SIGABRT);                         \
    } while (0)

#endif
