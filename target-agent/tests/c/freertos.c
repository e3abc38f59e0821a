/* The trace macros for FreeRTOS, expanded as the kernel's files expand them, in a made-up kernel that
 * calls them in the order of the real one. All that was sent goes to standard output. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define configTICK_RATE_HZ 1000
#define configUSE_TRACE_FACILITY 1
#include "loopscope_freertos.h"

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

static uint32_t ticks;
uint32_t _loopscope_clock(void) {
    return ticks;
}
uint32_t _loopscope_clock_mask(void) {
    return UINT32_MAX;
}
uint32_t _loopscope_clock_ticks_per_second(void) {
    return 1000;
}

/* What the macros take from the kernel's files. */
typedef struct {
    const char *pcTaskName;
    int uxPriority;
    int xStateListItem;
} TCB_t;
typedef struct {
    uint32_t uxQueueNumber;
} Queue_t;
static TCB_t *pxCurrentTCB;
static int pxReadyTasksLists[4];
static uint32_t xTickCount;
#define listIS_CONTAINED_WITHIN(list, item) (*(item) == 1 && (list) != 0)

static void create(TCB_t *task) {
    if (pxCurrentTCB == NULL) {
        pxCurrentTCB = task;
    }
    traceTASK_CREATE(task);
    traceMOVED_TASK_TO_READY_STATE(task);
    task->xStateListItem = 1;
}

static void wake(TCB_t *task) {
    traceMOVED_TASK_TO_READY_STATE(task);
    task->xStateListItem = 1;
}

static void switch_to(TCB_t *task) {
    traceTASK_SWITCHED_OUT();
    pxCurrentTCB = task;
    traceTASK_SWITCHED_IN();
}

static void blocks(void) {
    pxCurrentTCB->xStateListItem = 0;
}

static void delay(uint32_t xTicksToDelay) {
    traceTASK_DELAY();
    blocks();
}

int main(void) {
    static TCB_t low = {"low", 1, 0}, high = {"high", 2, 0}, once = {"once", 1, 0}, idle = {"IDLE", 0, 0};
    static TCB_t more = {"more", 1, 0}, another = {"another", 1, 0};
    static Queue_t other, queue;
    create(&low);
    create(&high);
    create(&once);
    create(&idle);
    traceQUEUE_CREATE(&other);
    traceQUEUE_CREATE(&queue);
    /* The scheduler starts with the highest one, which waits for an item. */
    pxCurrentTCB = &high;
    traceTASK_SWITCHED_IN();
    traceBLOCKING_ON_QUEUE_RECEIVE(&queue);
    blocks();
    switch_to(&low);
    /* A tick that changes nothing. */
    ticks = xTickCount = 5;
    switch_to(&low);
    /* It sends, which wakes the one above it, and that interrupts it. */
    wake(&high);
    switch_to(&high);
    delay(20);
    switch_to(&once);
    pxCurrentTCB->xStateListItem = 0;
    traceTASK_DELETE(&once);
    switch_to(&low);
    /* It waits for a notification. */
    blocks();
    switch_to(&idle);
    loopscope_freertos_idle();
    ticks = xTickCount = 25;
    wake(&high);
    switch_to(&high);
    /* It makes two more, and deletes one of them before that has run. */
    create(&more);
    create(&another);
    traceTASK_DELETE(&more);
    traceTASK_DELAY_UNTIL(xTickCount + 10);
    blocks();
    switch_to(&another);
    create(&more);

    fwrite(_LOOPSCOPE_RTT.up.buffer, 1, _LOOPSCOPE_RTT.up.write, stdout);
    return 0;
}
