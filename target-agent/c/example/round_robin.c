/* A scheduler of two tasks that take turns, told to Loopscope call by call.
 *
 * It does what `firmware/src/bin/own_scheduler.rs` does in Rust. The lines that begin with
 * `loopscope_` are all that Loopscope needs; the rest is a scheduler as it may be without it. */
#include "round_robin.h"

#include <stddef.h>

#include "board.h"
#include "loopscope.h"

/* Records, on their way to the host, and requests, on their way from it. */
static uint8_t records[2048];
static uint8_t requests[64];

struct task {
    uint32_t id;
    /* The handle by which it is queued. */
    uint32_t handle;
    /* When it is due, and how long it sleeps after that, in milliseconds. */
    uint32_t due;
    uint32_t every;
    /* How often it still runs. */
    uint32_t left;
};

#define TASKS 2
static struct task tasks[TASKS] = {
    {.id = 1, .handle = 1, .due = 0, .every = 100},
    {.id = 2, .handle = 3, .due = 50, .every = 250},
};

/* The handle that is used the next time: the other one of the pair. */
static uint32_t next(uint32_t handle) {
    return handle % 2 == 1 ? handle + 1 : handle - 1;
}

static void introduce(const struct task *task) {
    uint32_t name =
        loopscope_name(task->id == 1 ? LOOPSCOPE_TEXT("fast") : LOOPSCOPE_TEXT("slow"));
    uint32_t file = loopscope_name(LOOPSCOPE_TEXT(__FILE__));
    loopscope_task_new(task->id, name, file, __LINE__, 0);
    loopscope_timer_new(task->handle, task->due, 0);
}

/* Tells all that there is, when a host joins late. */
static void snapshot(void) {
    loopscope_loop_new();
    loopscope_loop_run(LOOPSCOPE_FOREVER, 0);
    for (struct task *task = tasks; task < tasks + TASKS; task++) {
        if (task->left > 0) {
            introduce(task);
            loopscope_task_suspend_timer(task->id, task->handle);
        }
    }
}

static const struct loopscope_scheduler scheduler = {.room = 40 + 60 * TASKS, .snapshot = snapshot};

/* The task that is due first; null if all have ended. */
static struct task *first(void) {
    struct task *found = NULL;
    for (struct task *task = tasks; task < tasks + TASKS; task++) {
        if (task->left > 0 && (found == NULL || task->due < found->due)) {
            found = task;
        }
    }
    return found;
}

static void sleep_until(uint32_t due) {
    loopscope_poll_begin(due - (uint32_t)loopscope_milliseconds());
    while (loopscope_milliseconds() < due) {
        loopscope_poll(&scheduler);
        board_wait();
    }
    loopscope_poll_end();
}

static void run(struct task *task) {
    uint32_t handle = task->handle;
    loopscope_timer_due(handle, task->due);
    while (loopscope_poll(&scheduler)) {
        /* The host holds the scheduler here, before the task. */
    }
    loopscope_handle_run(handle);
    loopscope_task_step(task->id);
    /* Here the task would do its work. */
    task->left--;
    if (task->left > 0) {
        task->due += task->every;
        task->handle = next(handle);
        loopscope_timer_new(task->handle, task->due, handle);
        loopscope_task_suspend_timer(task->id, task->handle);
    } else {
        loopscope_task_done(task->id, LOOPSCOPE_RESULT);
    }
    loopscope_handle_done(handle);
}

void round_robin(uint32_t times) {
    loopscope_init(records, sizeof records, requests, sizeof requests, LOOPSCOPE_OTHER);
    loopscope_loop_new();
    for (struct task *task = tasks; task < tasks + TASKS; task++) {
        task->left = times;
        introduce(task);
    }
    loopscope_loop_run(LOOPSCOPE_FOREVER, 0);
    for (struct task *task = first(); task != NULL; task = first()) {
        if (task->due > loopscope_milliseconds()) {
            sleep_until(task->due);
        }
        run(task);
    }
    loopscope_loop_stopped(LOOPSCOPE_FOREVER);
}
