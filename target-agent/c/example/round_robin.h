/* A scheduler of two tasks, to be run by a board's `main`. */
#ifndef ROUND_ROBIN_H
#define ROUND_ROBIN_H

#include <stdint.h>

/* Runs each of the two tasks that many times. */
void round_robin(uint32_t times);

#endif
