/* Memory that other libraries have freed; see kept.c. */
#ifndef KEPT_H
#define KEPT_H

/* From now on, records the allocations of foreign libraries and keeps what they free. */
void kept_start(void);

/* Writes a line for each recorded chunk: address in hexadecimal, size, library, function. */
void kept_write(const char *path);

#endif
