// zlib for Swift: inflateInit2 is a macro.
#ifndef PEERID_CZLIB_SHIM_H
#define PEERID_CZLIB_SHIM_H

#include <zlib.h>

// Prepares `stream` to decompress zlib or gzip data; zlib detects the format.
static inline int czlib_start_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

#endif
