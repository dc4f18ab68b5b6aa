// The catalogue of operations for Swift. The library contains the catalogue in compressed form, which saves 0.1 MB.
#ifndef PEERID_CCATALOGUE_SHIM_H
#define PEERID_CCATALOGUE_SHIM_H

#include <zlib.h>

#include "compressed.h"

// Writes the text of the catalogue, CCATALOGUE_LENGTH bytes, to `target`. Returns 0 if memory runs out.
static inline long ccatalogue_read(unsigned char *target) {
  uLongf length = CCATALOGUE_LENGTH;
  int code = uncompress(target, &length, ccatalogue_compressed, sizeof ccatalogue_compressed);
  return code == Z_OK ? (long)length : 0;
}

#endif
