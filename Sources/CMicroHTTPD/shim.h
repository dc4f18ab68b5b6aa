// libmicrohttpd for Swift: MHD_start_daemon is variadic, so the one way in which the sandbox starts it stands here.
#ifndef PEERID_CMICROHTTPD_SHIM_H
#define PEERID_CMICROHTTPD_SHIM_H

#include <microhttpd.h>

#endif
