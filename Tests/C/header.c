/* Includes the header alone, and twice. */
#include <peerid.h>
#include <peerid.h>

int main(void) { return peerid_library_version_number() == PEERID_VERSION_NUMBER ? 0 : 1; }
