/* The example on QEMU's lm3s6965evb, a Cortex-M3: vector table, start, and SysTick as the clock. */
#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "loopscope.h"
#include "round_robin.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYSTICK_CONTROL REGISTER(0xe000e010)
#define SYSTICK_RELOAD REGISTER(0xe000e014)
#define SYSTICK_LEFT REGISTER(0xe000e018)
#define INTERRUPTS REGISTER(0xe000ed04)
#define SYSTICK_WAITS (1u << 26)

/* QEMU divides 200 MHz by 16 after a reset; SysTick interrupts every millisecond. */
#define CLOCK_HZ 12500000u
#define PERIOD (CLOCK_HZ / 1000)
/* Eight cycles are a tick, so that records are short. */
#define SHIFT 3

static volatile uint32_t periods;

static void systick(void) {
    periods++;
}

static uint32_t cycles(void) {
    for (;;) {
        uint32_t whole = periods;
        uint32_t left = SYSTICK_LEFT;
        if (left == 0 && !(SYSTICK_CONTROL & 1)) {
            return 0; /* It was not started. */
        }
        /* It may have wrapped while its interrupt is masked. */
        bool waits = INTERRUPTS & SYSTICK_WAITS;
        uint32_t again = SYSTICK_LEFT;
        if (left != 0 && again <= left && whole == periods) {
            return (whole + waits) * PERIOD + PERIOD - 1 - left;
        }
    }
}

uint32_t _loopscope_clock(void) {
    /* In an emulator the counter may wrap before its interrupt waits: then the time stands still
     * for a moment rather than going back. */
    static uint32_t last;
    uint32_t now = cycles();
    if ((int32_t)(now - last) > 0) {
        last = now;
    }
    return last >> SHIFT;
}

uint32_t _loopscope_clock_mask(void) {
    return UINT32_MAX >> SHIFT;
}

uint32_t _loopscope_clock_ticks_per_second(void) {
    return CLOCK_HZ >> SHIFT;
}

void board_wait(void) {
    __asm__ volatile("wfi");
}

/* Where the linker script has put things. */
extern uint32_t stack_top[], data_start[], data_end[], data_from[], bss_start[], bss_end[];

void start(void);
void start(void) {
    for (uint32_t *to = data_start, *from = data_from; to < data_end; to++, from++) {
        *to = *from;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    SYSTICK_RELOAD = PERIOD - 1;
    SYSTICK_LEFT = 0;
    SYSTICK_CONTROL = 7;
    round_robin(UINT32_MAX);
    for (;;) {
        loopscope_poll(0);
        board_wait();
    }
}

static void fault(void) {
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    [0] = stack_top,    [1] = start, [2] = fault,  [3] = fault, [4] = fault,
    [5] = fault,        [6] = fault, [11] = fault, [14] = fault, [15] = systick,
};
