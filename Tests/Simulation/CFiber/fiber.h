// Threads that take turns on one thread of the system: each has a stack of its own, and runs until it switches.
#ifndef PEERID_SIMULATION_FIBER_H
#define PEERID_SIMULATION_FIBER_H

#include <stddef.h>

// A stack that begins with `entry(argument)` when it is first switched to. `entry` must never return.
void *fiber_prepare(void *stack, size_t size, void (*entry)(void *), void *argument);

// Switches to the stack at `to`; saves the position on this one in `*from`.
void fiber_switch(void **from, void *to);

// Does nothing that the compiler of the caller could know.
void fiber_barrier(void);

#endif
