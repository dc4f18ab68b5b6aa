/* Swift's Glibc module refers to hypotf. In Debian 12's glibc, this function has the version GLIBC_2.35, so the library
 * and the programs would not run with glibc 2.34, for example on RHEL 9. They use this copy instead. */
#include <math.h>

__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  /* The squares of two floats neither overflow nor underflow in a double. */
  return (float)sqrt((double)x * x + (double)y * y);
}
