// libmicrohttpd for Swift, which cannot call the variadic MHD_start_daemon, or use the union that
// MHD_get_connection_info returns.
#ifndef PEERID_CMICROHTTPD_SHIM_H
#define PEERID_CMICROHTTPD_SHIM_H

#include <microhttpd.h>

typedef void *(*cmicrohttpd_target_callback)(void *owner, const char *target, struct MHD_Connection *connection);

// Starts one thread that polls and calls `handler`. Every callback receives `owner`. The sandbox writes the Date header
// itself, because it has its own clock.
static inline struct MHD_Daemon *cmicrohttpd_start(int listening_socket, unsigned int connection_limit,
                                                   unsigned int idle_seconds, MHD_AccessHandlerCallback handler,
                                                   cmicrohttpd_target_callback target_seen,
                                                   MHD_RequestCompletedCallback completed, void *owner) {
  // Not epoll: libmicrohttpd 0.9.75 reads 128 events at a time. If it reads exactly 128, it waits for more events
  // before it handles these, until a connection times out.
  return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
                          0, NULL, NULL, handler, owner,
                          MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listening_socket,
                          MHD_OPTION_CONNECTION_LIMIT, connection_limit,
                          MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
                          MHD_OPTION_URI_LOG_CALLBACK, target_seen, owner,
                          MHD_OPTION_NOTIFY_COMPLETED, completed, owner,
                          MHD_OPTION_END);
}

static inline int cmicrohttpd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? (int)info->connect_fd : -1;
}

#endif
