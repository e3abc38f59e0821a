/* Every call of loopscope.h once, each argument another number, so that one in another's place is
 * seen. Then the requests on standard input are answered, and all that was sent goes to standard
 * output. What is expected stands in `../c.rs`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loopscope.h"

struct channel {
    const char *name;
    uint8_t *buffer;
    uint32_t size, write, read, flags;
};
extern struct {
    char id[16];
    uint32_t up_channels, down_channels;
    struct channel up, down;
} _LOOPSCOPE_RTT;

static uint8_t up[4096];
static uint8_t down[256];
static uint32_t ticks;

/* Twelve bits that wrap, four of them a microsecond. */
uint32_t _loopscope_clock(void) {
    return ticks & 0xfff;
}

uint32_t _loopscope_clock_mask(void) {
    return 0xfff;
}

uint32_t _loopscope_clock_ticks_per_second(void) {
    return 4000000;
}

static void snapshot(void) {
    loopscope_loop_new();
    loopscope_task_new(90, 0, 0, 0, 0);
}

static void must(bool good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static void every_call(void) {
    uint32_t name = loopscope_name(LOOPSCOPE_TEXT("a name"));
    uint32_t file = loopscope_name(LOOPSCOPE_TEXT("file.c"));
    loopscope_loop_new();
    loopscope_loop_run(LOOPSCOPE_UNTIL_COMPLETE, 1);
    loopscope_loop_stop_request(2);
    loopscope_poll_begin(3);
    loopscope_poll_end();
    loopscope_poll_begin(UINT32_MAX);
    loopscope_poll_end();
    loopscope_task_new(4, name, file, 5, 6);
    loopscope_handle_new(7, LOOPSCOPE_STEP, 1);
    loopscope_handle_new(8, LOOPSCOPE_SIGNAL, 2);
    loopscope_handle_new_for(9, LOOPSCOPE_SOON, 10, 4);
    loopscope_timer_new(11, 12, 13);
    loopscope_timer_due(11, 12);
    loopscope_timer_cancel(14, 15, 16);
    loopscope_timer_drop(14, 15);
    loopscope_handle_run(17);
    loopscope_handle_done(17);
    loopscope_handle_run_for(18, 4);
    loopscope_handle_done_for(18, 4);
    loopscope_handle_cancel(19, 20);
    loopscope_handle_skip(19);
    loopscope_task_step(4);
    loopscope_task_suspend(4);
    loopscope_task_suspend_timer(4, 21);
    loopscope_task_suspend_task(4, 22);
    loopscope_task_suspend_queue(4, 23);
    loopscope_task_suspend_future(4, 24);
    loopscope_task_suspend_waker(4);
    loopscope_task_cancel(4, 25);
    loopscope_task_done(4, LOOPSCOPE_CANCELLED);
    loopscope_future_new(26, name, 27);
    loopscope_future_link(26, 28);
    loopscope_future_done(26, LOOPSCOPE_EXCEPTION, 29);
    loopscope_handler_set(LOOPSCOPE_CUSTOM, name);
    loopscope_handler_call(LOOPSCOPE_CUSTOM, "a message", "an exception", 30);
    loopscope_handler_call(LOOPSCOPE_DEFAULT, "another", NULL, 31);
    loopscope_loop_stopped(LOOPSCOPE_FOREVER);
    loopscope_loop_close(32, 33);
    static char made[] = "made at run time";
    uint32_t before = loopscope_on_loop(2);
    loopscope_task_new(34, loopscope_text_name(made), 0, 0, 0);
    must(before == 1 && loopscope_on_loop(before) == 2, "the loop before is another one");
    loopscope_task_step(34);
    loopscope_task_untold();
    loopscope_task_untold();
}

int main(void) {
    loopscope_init(up, sizeof up, down, sizeof down, LOOPSCOPE_OTHER);
    struct channel *to = &_LOOPSCOPE_RTT.up, *from = &_LOOPSCOPE_RTT.down;
    must(memcmp(_LOOPSCOPE_RTT.id, "SEGGER RTT", 10) == 0, "the control block is not there");
    must(_LOOPSCOPE_RTT.up_channels == 1 && _LOOPSCOPE_RTT.down_channels == 1, "two channels");
    must(to->buffer == up && to->size == sizeof up, "the upper ring is another one");
    must(from->buffer == down && from->size == sizeof down, "the lower ring is another one");

    every_call();

    /* The counter wraps, and somebody looks twice in each wrap. */
    for (ticks = 2000; ticks < 8000; ticks += 2000) {
        loopscope_poll(NULL);
    }
    must(loopscope_ticks() == 8000, "the ticks were not extended");
    must(loopscope_milliseconds() == 2, "there are 4000 ticks in a millisecond");

    /* A counter that goes back a little stands still. */
    loopscope_poll(NULL);
    ticks = 7990;
    must(loopscope_ticks() == 8000, "a little step back is a wrap");
    ticks = 8010;
    must(loopscope_ticks() >= 8010, "the counter does not go on after a step back");

    static const struct loopscope_scheduler scheduler = {.room = 100, .snapshot = snapshot};
    must(!loopscope_poll(&scheduler), "nobody has asked to hold");
    from->write = (uint32_t)fread(down, 1, sizeof down - 1, stdin);
    must(loopscope_poll(&scheduler), "the host has asked to hold");
    must(from->read == from->write, "the requests were not taken");

    fwrite(up, 1, to->write, stdout);
    return 0;
}
