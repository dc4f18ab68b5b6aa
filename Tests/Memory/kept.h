/* Memory that other libraries have freed; see kept.c. */
#ifndef KEPT_H
#define KEPT_H

/* Notes from now on what foreign libraries ask for, and keeps what they free. */
void kept_start(void);

/* Writes a line for each chunk that was noted: address in hexadecimal, size, library, function. */
void kept_write(const char *path);

#endif
