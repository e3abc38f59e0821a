/* The Loopscope agent for schedulers in C.
 *
 * Each call sends one record at once, from a task or from an interrupt, and never waits. What the
 * events mean and in which order they come is in the documentation of `loopscope_protocol::event`;
 * a whole program is `c/example/round_robin.c`. A number of 0 means none.
 *
 * Task k, counted from 1, has the handles 2k-1 and 2k, which it uses in turn each time that it is
 * queued. A scheduler that numbers its handles otherwise says whose they are, by the calls that end
 * in `_for`.
 *
 * Link with the static library of the crate in `c`, `libloopscope.a`:
 *   cd c && cargo build --release --target thumbv7m-none-eabi
 */
#ifndef LOOPSCOPE_H
#define LOOPSCOPE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program defines these three: a counter that counts up and wraps at the mask's bits, the mask
 * (0xffffffff if all 32 count), and how often it counts in a second. */
uint32_t _loopscope_clock(void);
uint32_t _loopscope_clock_mask(void);
uint32_t _loopscope_clock_ticks_per_second(void);

enum loopscope_dialect { LOOPSCOPE_MICROPYTHON = 3, LOOPSCOPE_OTHER = 6 };
enum loopscope_run { LOOPSCOPE_FOREVER = 0, LOOPSCOPE_UNTIL_COMPLETE = 1 };
enum loopscope_how {
    LOOPSCOPE_SOON = 0,
    LOOPSCOPE_THREADSAFE = 1,
    LOOPSCOPE_READER = 2,
    LOOPSCOPE_WRITER = 3,
    LOOPSCOPE_SIGNAL = 4,
    LOOPSCOPE_STEP = 5,
    LOOPSCOPE_WAKEUP = 6,
    LOOPSCOPE_DONE_CALLBACK = 7
};
enum loopscope_end { LOOPSCOPE_RESULT = 0, LOOPSCOPE_EXCEPTION = 1, LOOPSCOPE_CANCELLED = 2 };
enum loopscope_handler { LOOPSCOPE_DEFAULT = 0, LOOPSCOPE_CUSTOM = 1 };

/* A scheduler that can send its state: the room in bytes that it takes, about 48 a task, and a
 * function that sends all of it by the calls below. */
struct loopscope_scheduler {
    uint32_t room;
    void (*snapshot)(void);
};

/* Opens the rings, which are static and of at least 64 bytes. Once, before all else. */
void loopscope_init(uint8_t *up, uint32_t up_size, uint8_t *down, uint32_t down_size,
                    uint8_t dialect);

/* Answers the host: before each task, and again and again while nothing is due. True: the host
 * wants the scheduler to hold; run no task, and call it again. `scheduler` may be null. */
bool loopscope_poll(const struct loopscope_scheduler *scheduler);

/* A name whose text the host reads from the ELF: `loopscope_name(LOOPSCOPE_TEXT("blink"))`. */
#define LOOPSCOPE_TEXT(text)                                                                       \
    (__extension__({                                                                               \
        static const char loopscope_text[] __attribute__((section("loopscope_names"))) = text;     \
        loopscope_text;                                                                            \
    }))
uint32_t loopscope_name(const char *text);

/* A name that is made while the program runs, such as a task's in FreeRTOS: its text is sent. It is
 * said again as a part of each snapshot. */
uint32_t loopscope_text_name(const char *text);

/* What follows is of this loop, from 1; a scheduler that runs at several priorities is a loop for
 * each. Gives the one before, which an interrupt sets again at its end. */
uint32_t loopscope_on_loop(uint32_t number);

/* There is a task that nothing will be told of; the host says how many there are. */
void loopscope_task_untold(void);

/* Time since `loopscope_init`: what the counter's ticks make, and whole milliseconds. */
uint64_t loopscope_ticks(void);
uint64_t loopscope_milliseconds(void);

void loopscope_loop_new(void);
/* How many entries its queues lost. */
void loopscope_loop_close(uint32_t ready, uint32_t timers);
void loopscope_loop_run(uint8_t how, uint32_t task);
void loopscope_loop_stop_request(uint32_t by_handle);
void loopscope_loop_stopped(uint8_t how);
/* UINT32_MAX: no limit. */
void loopscope_poll_begin(uint32_t timeout_ms);
void loopscope_poll_end(void);
void loopscope_handle_new(uint32_t handle, uint8_t how, uint32_t by_handle);
void loopscope_handle_new_for(uint32_t handle, uint8_t how, uint32_t by_handle, uint32_t task);
void loopscope_timer_new(uint32_t handle, uint32_t when_ms, uint32_t by_handle);
void loopscope_timer_due(uint32_t handle, uint32_t when_ms);
void loopscope_timer_cancel(uint32_t handle, uint32_t when_ms, uint32_t by_handle);
void loopscope_timer_drop(uint32_t handle, uint32_t when_ms);
void loopscope_handle_run(uint32_t handle);
void loopscope_handle_run_for(uint32_t handle, uint32_t task);
void loopscope_handle_done(uint32_t handle);
void loopscope_handle_done_for(uint32_t handle, uint32_t task);
/* A ready handle was cancelled; a cancelled one was reached and left out. */
void loopscope_handle_cancel(uint32_t handle, uint32_t by_handle);
void loopscope_handle_skip(uint32_t handle);
void loopscope_task_new(uint32_t task, uint32_t name, uint32_t file, uint32_t line,
                        uint32_t by_handle);
void loopscope_task_step(uint32_t task);
/* It waits for nothing, for a timer, for another task, in a queue, or for a future. */
void loopscope_task_suspend(uint32_t task);
void loopscope_task_suspend_timer(uint32_t task, uint32_t handle);
void loopscope_task_suspend_task(uint32_t task, uint32_t other);
void loopscope_task_suspend_queue(uint32_t task, uint32_t queue);
void loopscope_task_suspend_future(uint32_t task, uint32_t future);
/* It waits for whatever wakes it: a timer, an interrupt or another task. */
void loopscope_task_suspend_waker(uint32_t task);
void loopscope_task_done(uint32_t task, uint8_t how);
void loopscope_task_cancel(uint32_t task, uint32_t by_handle);
/* A future is complete when other things are; it needs the ends of the tasks that it is linked to. */
void loopscope_future_new(uint32_t future, uint32_t name, uint32_t by_handle);
void loopscope_future_link(uint32_t future, uint32_t task);
void loopscope_future_done(uint32_t future, uint8_t how, uint32_t by_handle);
/* Which exception handler is in force, and that it is about to be called. A text may be null. */
void loopscope_handler_set(uint8_t which, uint32_t name);
void loopscope_handler_call(uint8_t which, const char *message, const char *exception,
                            uint32_t task);

#ifdef __cplusplus
}
#endif

#endif
