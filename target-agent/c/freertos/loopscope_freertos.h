/* FreeRTOS, seen by Loopscope: include this at the end of FreeRTOSConfig.h.
 *
 * It defines the kernel's trace macros. With it come loopscope_freertos.c, the static library of
 * `target-agent/c`, and the three functions of the clock that loopscope.h asks for. How, and how many
 * lines that is, stands in README.md beside this file. For a kernel of one core, from version 9 on. */
#ifndef LOOPSCOPE_FREERTOS_H
#define LOOPSCOPE_FREERTOS_H

/* Assembly files include the configuration, too. */
#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* How many tasks there are at once at most, the idle task among them; more are counted and told. */
#ifndef LOOPSCOPE_TASKS
#define LOOPSCOPE_TASKS 16
#endif

/* The ring for records, in bytes. */
#ifndef LOOPSCOPE_RING
#define LOOPSCOPE_RING 2048
#endif

/* Call this in vApplicationIdleHook, which `configUSE_IDLE_HOOK` switches on: a host's request is
 * looked at while no task runs. */
void loopscope_freertos_idle(void);

void loopscope_freertos_created(const void *task, const char *name);
void loopscope_freertos_deleted(const void *task);
void loopscope_freertos_ready(const void *task);
void loopscope_freertos_delays(uint32_t ticks, uint32_t ticks_per_second);
void loopscope_freertos_blocks(uint32_t queue);
void loopscope_freertos_out(bool is_ready);
void loopscope_freertos_in(const void *task);

/* The kernel's files expand these where its own variables are at hand. */
#define traceTASK_CREATE(task) loopscope_freertos_created((task), (task)->pcTaskName)
#define traceTASK_DELETE(task) loopscope_freertos_deleted(task)
#define traceMOVED_TASK_TO_READY_STATE(task) loopscope_freertos_ready(task)
#define traceTASK_DELAY() loopscope_freertos_delays(xTicksToDelay, configTICK_RATE_HZ)
#define traceTASK_DELAY_UNTIL(time)                                                                \
    loopscope_freertos_delays((time) - xTickCount, configTICK_RATE_HZ)
#define traceBLOCKING_ON_QUEUE_RECEIVE(queue) loopscope_freertos_blocks(LOOPSCOPE_QUEUE(queue))
#define traceBLOCKING_ON_QUEUE_PEEK(queue) loopscope_freertos_blocks(LOOPSCOPE_QUEUE(queue))
#define traceBLOCKING_ON_QUEUE_SEND(queue) loopscope_freertos_blocks(LOOPSCOPE_QUEUE(queue))
/* A task that was only interrupted is still in its list of what is ready. */
#define traceTASK_SWITCHED_OUT()                                                                   \
    loopscope_freertos_out(listIS_CONTAINED_WITHIN(                                                \
        &(pxReadyTasksLists[pxCurrentTCB->uxPriority]), &(pxCurrentTCB->xStateListItem)))
#define traceTASK_SWITCHED_IN() loopscope_freertos_in(pxCurrentTCB)

/* Queues have small numbers where the kernel has a place for them, and else their addresses. */
#if defined(configUSE_TRACE_FACILITY) && configUSE_TRACE_FACILITY == 1
uint32_t loopscope_freertos_queue(void);
#define traceQUEUE_CREATE(queue) ((queue)->uxQueueNumber = loopscope_freertos_queue())
#define LOOPSCOPE_QUEUE(queue) ((uint32_t)(queue)->uxQueueNumber)
#else
#define LOOPSCOPE_QUEUE(queue) ((uint32_t)(uintptr_t)(queue))
#endif

#endif
#endif
