// jansson for Swift: its reference counting and length-aware calls are macros and inline functions, which Swift
// cannot import as they are.
#ifndef PEERID_CJANSSON_SHIM_H
#define PEERID_CJANSSON_SHIM_H

#include <jansson.h>

static inline json_t *cjansson_incref(json_t *json) { return json_incref(json); }
static inline void cjansson_decref(json_t *json) { json_decref(json); }
static inline json_type cjansson_typeof(const json_t *json) { return json_typeof(json); }
static inline const char *cjansson_error_text(const json_error_t *error) { return error->text; }
static inline int cjansson_error_code(const json_error_t *error) { return (int)json_error_code(error); }

static const size_t CJANSSON_REJECT_DUPLICATES = JSON_REJECT_DUPLICATES;
static const size_t CJANSSON_ALLOW_NUL = JSON_ALLOW_NUL;
static const size_t CJANSSON_DECODE_ANY = JSON_DECODE_ANY;
static const size_t CJANSSON_COMPACT = JSON_COMPACT;
// A double keeps this many decimal digits: 0.1 is not written as 0.10000000000000001.
static const size_t CJANSSON_DECIMAL_DIGITS = JSON_REAL_PRECISION(15);
static const size_t CJANSSON_ENCODE_ANY = JSON_ENCODE_ANY;
static const int CJANSSON_OUT_OF_MEMORY = json_error_out_of_memory;
static const int CJANSSON_DUPLICATE_KEY = json_error_duplicate_key;

#endif
