/* What the example needs of a board, beside the three clock functions of loopscope.h. */
#ifndef BOARD_H
#define BOARD_H

/* Waits a little while nothing is due: until the next interrupt, on a board that has them. */
void board_wait(void);

#endif
