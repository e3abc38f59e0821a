/* Tasks of FreeRTOS on QEMU's lm3s6965evb: one that sends to a queue, one that receives, one that
 * computes for long below them, and one that ends. They print what they do, by semihosting. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "FreeRTOS.h"
#include "loopscope.h"
#include "queue.h"
#include "task.h"

/* ---- what Loopscope needs: a clock, and a word while nothing runs ---- */

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYSTICK_CONTROL REGISTER(0xe000e010)
#define SYSTICK_LEFT REGISTER(0xe000e018)
#define INTERRUPTS REGISTER(0xe000ed04)
#define SYSTICK_WAITS (1u << 26)
#define PERIOD (configCPU_CLOCK_HZ / configTICK_RATE_HZ)
/* Eight cycles are a tick of Loopscope's, so that records are short. */
#define SHIFT 3

static volatile uint32_t periods;

static uint32_t cycles(void) {
    for (;;) {
        uint32_t whole = periods;
        uint32_t left = SYSTICK_LEFT;
        if (left == 0 && !(SYSTICK_CONTROL & 1)) {
            return 0; /* It was not started. */
        }
        bool waits = INTERRUPTS & SYSTICK_WAITS;
        uint32_t again = SYSTICK_LEFT;
        if (left != 0 && again <= left && whole == periods) {
            return (whole + waits) * PERIOD + PERIOD - 1 - left;
        }
    }
}

uint32_t _loopscope_clock(void) {
    return cycles() >> SHIFT;
}

uint32_t _loopscope_clock_mask(void) {
    return UINT32_MAX >> SHIFT;
}

uint32_t _loopscope_clock_ticks_per_second(void) {
    return configCPU_CLOCK_HZ >> SHIFT;
}

void vApplicationIdleHook(void) {
    loopscope_freertos_idle();
    __asm__ volatile("wfi");
}

/* ---- the program ---- */

static void ask_debugger(uint32_t call, const void *argument) {
    register uint32_t r0 __asm__("r0") = call;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

/* Prints `name number`. */
static void say(const char *name, uint32_t number) {
    static char line[32];
    char digits[11];
    size_t long_ = strlen(name), at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(line, name, long_);
    line[long_] = ' ';
    memcpy(line + long_ + 1, digits + at, sizeof digits - at);
    memcpy(line + long_ + 1 + sizeof digits - at, "\n", 2);
    ask_debugger(4, line);
}

static QueueHandle_t values;

static void producer(void *unused) {
    (void)unused;
    TickType_t woken = xTaskGetTickCount();
    for (uint32_t value = 1;; value++) {
        vTaskDelayUntil(&woken, pdMS_TO_TICKS(100));
        say("sent", value);
        xQueueSend(values, &value, portMAX_DELAY);
    }
}

static void consumer(void *unused) {
    (void)unused;
    for (;;) {
        uint32_t value;
        xQueueReceive(values, &value, portMAX_DELAY);
        say("received", value);
    }
}

static void hog(void *unused) {
    (void)unused;
    for (uint32_t round = 1;; round++) {
        for (TickType_t end = xTaskGetTickCount() + pdMS_TO_TICKS(250); xTaskGetTickCount() < end;) {
        }
        say("computed", round);
        vTaskDelay(pdMS_TO_TICKS(150));
    }
}

static void once(void *unused) {
    (void)unused;
    vTaskDelay(pdMS_TO_TICKS(120));
    say("once", 1);
    vTaskDelete(NULL);
}

extern uint32_t stack_top[], data_start[], data_end[], data_from[], bss_start[], bss_end[];

void start(void);
void start(void) {
    for (uint32_t *to = data_start, *from = data_from; to < data_end; to++, from++) {
        *to = *from;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    values = xQueueCreate(2, sizeof(uint32_t));
    xTaskCreate(producer, "producer", 160, NULL, 2, NULL);
    xTaskCreate(consumer, "consumer", 160, NULL, 3, NULL);
    xTaskCreate(hog, "hog", 160, NULL, 1, NULL);
    xTaskCreate(once, "once", 160, NULL, 2, NULL);
    vTaskStartScheduler();
    for (;;) {
    }
}

static void fault(void) {
    for (;;) {
    }
}

extern void svc(void), pendsv(void), xPortSysTickHandler(void);

static void systick(void) {
    periods++;
    xPortSysTickHandler();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    [0] = stack_top, [1] = start, [2] = fault, [3] = fault,   [4] = fault,
    [5] = fault,     [6] = fault, [11] = svc,  [14] = pendsv, [15] = systick,
};
