#include "fiber.h"

#include <stdint.h>

void fiber_barrier(void) {}

#if defined(__x86_64__)

__asm__(
    ".text\n"
    ".globl fiber_switch\n"
    ".type fiber_switch, @function\n"
    "fiber_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n"
    ".size fiber_switch, .-fiber_switch\n"
    "fiber_begin:\n"
    "  movq %r13, %rdi\n"
    "  callq *%r12\n"
    "  ud2\n");

void fiber_begin(void);

void *fiber_prepare(void *stack, size_t size, void (*entry)(void *), void *argument) {
  uintptr_t *top = (uintptr_t *)(((uintptr_t)stack + size) & ~(uintptr_t)15);
  *--top = 0;
  *--top = 0;
  *--top = (uintptr_t)fiber_begin;
  *--top = 0;                    // rbp
  *--top = 0;                    // rbx
  *--top = (uintptr_t)entry;     // r12
  *--top = (uintptr_t)argument;  // r13
  *--top = 0;                    // r14
  *--top = 0;                    // r15
  return top;
}

#elif defined(__aarch64__)

__asm__(
    ".text\n"
    ".globl fiber_switch\n"
    ".type fiber_switch, @function\n"
    "fiber_switch:\n"
    "  sub sp, sp, #160\n"
    "  stp x19, x20, [sp, #0]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n"
    "  stp x25, x26, [sp, #48]\n  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
    "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
    "  mov x9, sp\n"
    "  str x9, [x0]\n"
    "  mov sp, x1\n"
    "  ldp x19, x20, [sp, #0]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n"
    "  ldp x25, x26, [sp, #48]\n  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
    "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
    "  add sp, sp, #160\n"
    "  ret\n"
    ".size fiber_switch, .-fiber_switch\n"
    "fiber_begin:\n"
    "  mov x0, x20\n"
    "  blr x19\n"
    "  brk #0\n");

void fiber_begin(void);

void *fiber_prepare(void *stack, size_t size, void (*entry)(void *), void *argument) {
  uintptr_t *top = (uintptr_t *)(((uintptr_t)stack + size) & ~(uintptr_t)15);
  top -= 20;
  for (int index = 0; index < 20; index++) top[index] = 0;
  top[0] = (uintptr_t)entry;         // x19
  top[1] = (uintptr_t)argument;      // x20
  top[11] = (uintptr_t)fiber_begin;  // x30
  return top;
}

#else
#error "fibers are written for x86-64 and AArch64"
#endif
