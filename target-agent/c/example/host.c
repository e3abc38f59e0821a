/* The example on a computer: time is virtual, and the records go to standard output. */
#include <stdio.h>

#include "board.h"
#include "loopscope.h"
#include "round_robin.h"

/* The RTT control block, as a host finds it by its symbol. */
struct channel {
    const char *name;
    const uint8_t *buffer;
    uint32_t size, write, read, flags;
};
extern struct {
    char id[16];
    uint32_t up_channels, down_channels;
    struct channel up, down;
} _LOOPSCOPE_RTT;

static uint32_t microseconds;

uint32_t _loopscope_clock(void) {
    return microseconds;
}

uint32_t _loopscope_clock_mask(void) {
    return UINT32_MAX;
}

uint32_t _loopscope_clock_ticks_per_second(void) {
    return 1000000;
}

void board_wait(void) {
    microseconds += 1000;
}

int main(void) {
    round_robin(3);
    const struct channel *up = &_LOOPSCOPE_RTT.up;
    fwrite(up->buffer, 1, up->write, stdout);
    return 0;
}
