/* What FreeRTOS's trace macros say, as Loopscope's records.
 *
 * The kernel calls all of this with its own interrupts masked, so nothing here is done by two at
 * once. A task that is interrupted by another one is told as one that gives the others a turn. The
 * idle task is no task: while it runs, the loop sleeps. */
#include "loopscope_freertos.h"

#include <stddef.h>
#include <string.h>

#include "loopscope.h"

enum waits { FOR_WAKER, FOR_TIMER, FOR_QUEUE };

struct task {
    /* Its control block; null: this place is free. */
    const void *block;
    const char *name;
    uint32_t id;
    /* The handle by which it is queued, or was last; 0: it never was. */
    uint32_t handle;
    bool is_queued;
    bool is_idle;
    /* What it waits for while it is not queued: until when, or the queue's number. */
    enum waits waits;
    uint32_t on;
};

static struct task tasks[LOOPSCOPE_TASKS];
static uint8_t records[LOOPSCOPE_RING];
static uint8_t requests[64];
static uint32_t made, queues;
static bool is_started;

/* The task that runs. It may have been deleted, and what it waits for when it is switched out. */
static struct task *running;
static struct task gone;
static bool left_ready;
static enum waits will_wait;
static uint32_t will_wait_on;

static struct task *find(const void *block) {
    for (struct task *task = tasks; task < tasks + LOOPSCOPE_TASKS; task++) {
        if (task->block == block) {
            return task;
        }
    }
    return NULL;
}

/* Task k has the handles 2k-1 and 2k in turn. */
static uint32_t next(const struct task *task) {
    uint32_t first = 2 * task->id - 1;
    return task->handle == first ? first + 1 : first;
}

static bool in_interrupt(void) {
#if defined(__arm__)
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    return exception != 0;
#else
    return false;
#endif
}

/* Who causes what happens now: the task that runs, or an interrupt. */
static uint32_t by(void) {
    return running == NULL || running->is_idle || in_interrupt() ? 0 : running->handle;
}

static void tell_wait(const struct task *task) {
    if (task->waits == FOR_TIMER) {
        loopscope_task_suspend_timer(task->id, task->handle);
    } else if (task->waits == FOR_QUEUE) {
        loopscope_task_suspend_queue(task->id, task->on);
    } else {
        loopscope_task_suspend_waker(task->id);
    }
}

/* All that there is, for a host that joins late. */
static void snapshot(void) {
    loopscope_loop_new();
    for (struct task *task = tasks; task < tasks + LOOPSCOPE_TASKS; task++) {
        if (task->block != NULL && !task->is_idle) {
            loopscope_task_new(task->id, loopscope_text_name(task->name), 0, 0, 0);
        }
    }
    loopscope_loop_run(LOOPSCOPE_FOREVER, 0);
    for (struct task *task = tasks; task < tasks + LOOPSCOPE_TASKS; task++) {
        if (task->block == NULL || task->is_idle) {
            continue;
        }
        if (task->is_queued) {
            loopscope_handle_new(task->handle, LOOPSCOPE_WAKEUP, 0);
            continue;
        }
        if (task->waits == FOR_TIMER) {
            loopscope_timer_new(task->handle, task->on, 0);
        }
        tell_wait(task);
    }
}

static const struct loopscope_scheduler scheduler = {
    .room = 40 + 80 * LOOPSCOPE_TASKS < LOOPSCOPE_RING ? 40 + 80 * LOOPSCOPE_TASKS : LOOPSCOPE_RING,
    .snapshot = snapshot,
};

void loopscope_freertos_idle(void) {
    loopscope_poll(&scheduler);
}

uint32_t loopscope_freertos_queue(void) {
    return ++queues;
}

void loopscope_freertos_created(const void *block, const char *name) {
    if (!is_started) {
        is_started = true;
        loopscope_init(records, sizeof records, requests, sizeof requests, LOOPSCOPE_OTHER);
        loopscope_loop_new();
        loopscope_loop_run(LOOPSCOPE_FOREVER, 0);
    }
    struct task *task = find(NULL);
    if (task == NULL) {
        loopscope_task_untold();
        return;
    }
    *task = (struct task){.block = block, .name = name};
    task->is_idle = strncmp(name, "IDLE", 4) == 0;
    if (!task->is_idle) {
        task->id = ++made;
        loopscope_task_new(task->id, loopscope_text_name(name), 0, 0, by());
    }
}

static void queue(struct task *task) {
    task->is_queued = true;
    if (task->waits == FOR_TIMER) {
        loopscope_timer_due(task->handle, task->on);
    } else {
        bool is_first = task->handle == 0;
        task->handle = next(task);
        loopscope_handle_new(task->handle, is_first ? LOOPSCOPE_STEP : LOOPSCOPE_WAKEUP, by());
    }
    task->waits = FOR_WAKER;
}

void loopscope_freertos_ready(const void *block) {
    struct task *task = find(block);
    /* One that runs is ready anyway. */
    if (task != NULL && task != running && !task->is_queued && !task->is_idle) {
        queue(task);
    }
}

void loopscope_freertos_deleted(const void *block) {
    struct task *task = find(block);
    if (task == NULL) {
        return;
    }
    if (task == running) {
        /* It runs on for a moment, until it is switched out. */
        loopscope_task_done(task->id, LOOPSCOPE_RESULT);
        gone = *task;
        running = &gone;
    } else {
        if (task->is_queued) {
            loopscope_handle_cancel(task->handle, by());
            loopscope_handle_skip(task->handle);
        } else if (task->waits == FOR_TIMER) {
            loopscope_timer_cancel(task->handle, task->on, by());
            loopscope_timer_drop(task->handle, task->on);
        }
        loopscope_task_done(task->id, LOOPSCOPE_CANCELLED);
    }
    task->block = NULL;
}

void loopscope_freertos_delays(uint32_t ticks, uint32_t ticks_per_second) {
    will_wait = FOR_TIMER;
    uint64_t ms = (uint64_t)ticks * 1000 / ticks_per_second;
    will_wait_on = (uint32_t)(loopscope_milliseconds() + ms);
}

void loopscope_freertos_blocks(uint32_t queue) {
    will_wait = FOR_QUEUE;
    will_wait_on = queue;
}

void loopscope_freertos_out(bool is_ready) {
    left_ready = is_ready;
}

/* The step of the task that ran is over. */
static void leave(void) {
    uint32_t handle = running->handle;
    if (running->is_idle) {
        loopscope_poll_end();
    } else if (running == &gone) {
        loopscope_handle_done(handle);
    } else {
        if (left_ready) {
            running->handle = next(running);
            running->is_queued = true;
            loopscope_handle_new(running->handle, LOOPSCOPE_STEP, handle);
            loopscope_task_suspend(running->id);
        } else {
            running->waits = will_wait;
            running->on = will_wait_on;
            if (will_wait == FOR_TIMER) {
                running->handle = next(running);
                loopscope_timer_new(running->handle, running->on, handle);
            }
            tell_wait(running);
        }
        loopscope_handle_done(handle);
    }
    running = NULL;
}

void loopscope_freertos_in(const void *block) {
    struct task *task = find(block);
    bool goes_on = task != NULL && task == running && left_ready;
    if (!goes_on && running != NULL) {
        leave();
    }
    will_wait = FOR_WAKER;
    if (goes_on || task == NULL) {
        return;
    }
    if (task->is_idle) {
        loopscope_poll_begin(UINT32_MAX);
    } else {
        while (loopscope_poll(&scheduler)) {
            /* The host holds the scheduler here, before the task. */
        }
        if (!task->is_queued) {
            queue(task);
        }
        task->is_queued = false;
        loopscope_handle_run(task->handle);
        loopscope_task_step(task->id);
    }
    running = task;
}
