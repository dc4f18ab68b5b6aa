// Threads that share one system thread: each has its own stack, and runs until it switches.
#ifndef PEERID_SIMULATION_FIBER_H
#define PEERID_SIMULATION_FIBER_H

#include <stddef.h>

// Prepares a stack that calls `entry(argument)` at the first switch to it. `entry` must never return.
void *fiber_prepare(void *stack, size_t size, void (*entry)(void *), void *argument);

// Switches to the stack at `to`; saves the position on this one in `*from`.
void fiber_switch(void **from, void *to);

// Does nothing, but the caller's compiler cannot know that.
void fiber_barrier(void);

#endif
