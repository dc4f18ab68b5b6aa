/* The header alone, twice, in every language that includes it. */
#include <peerid.h>
#include <peerid.h>

int main(void) { return peerid_library_version_number() == PEERID_VERSION_NUMBER ? 0 : 1; }
