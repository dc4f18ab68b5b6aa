/* An nginx with TLS in front of the fault server. */
#ifndef NGINX_H
#define NGINX_H

/* Starts it with the certificates in a folder, where it also writes its configuration. */
void nginx_start(const char *folder);
void nginx_stop(void);

/* https://127.0.0.1:port of the server with this certificate, such as "expired"; behind it is the port `healthy`.
 * With "right", a path selects a fault: nginx_url("right")/closes_after_request. */
const char *nginx_url(const char *certificate);

#endif
