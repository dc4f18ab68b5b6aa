/* Swift's Glibc module refers to hypotf. Debian 12's glibc offers it as GLIBC_2.35 only, so that this one function would
 * keep the library and the programs from systems with glibc 2.34, such as RHEL 9. They take this one along instead. */
#include <math.h>

__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  /* The squares of two floats neither overflow nor vanish in a double. */
  return (float)sqrt((double)x * x + (double)y * y);
}
