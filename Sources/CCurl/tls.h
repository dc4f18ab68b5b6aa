// Detects unread data on TLS connections of libcurl, and adds trusted certificates.
//
// Before libcurl reuses a connection, it checks only the socket. On the socket, a session ticket looks like an answer,
// and data that OpenSSL has already decrypted is missing. So these functions ask OpenSSL. They look up the copy of
// OpenSSL that libcurl uses at run time, because libpeerid does not link to OpenSSL, and the process may contain
// another copy.
#ifndef PEERID_CCURL_TLS_H
#define PEERID_CCURL_TLS_H

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { CCURL_SSL_ERROR_WANT_READ = 2 };

// The required functions of OpenSSL.
typedef struct ccurl_openssl {
  int (*peek)(void *ssl, void *buffer, int count);
  int (*has_pending)(const void *ssl);
  int (*error)(const void *ssl, int result);
  void *(*input)(const void *ssl);
  void *(*output)(const void *ssl);
  void (*set_input)(void *ssl, void *bio);
  void (*set_output)(void *ssl, void *bio);
  int (*retain)(void *bio);
  int (*release)(void *bio);
  void *(*new_socket)(int socket, int closes);
  void *(*new_bio)(const void *method);
  const void *(*memory)(void);
  size_t (*written)(void *bio);
  void (*clear_errors)(void);
  void *(*new_text)(const void *text, int size);
  void *(*read_certificate)(void *bio, void *, void *, void *);
  void (*free_certificate)(void *certificate);
  unsigned long (*last_error)(void);
  void *(*store)(const void *settings);
  int (*add_certificate)(void *store, void *certificate);
  // NULL if this version of OpenSSL does not have the function.
  void (*stop_thread)(void);
} ccurl_openssl;

// The C library's dladdr, which glibc declares only for _GNU_SOURCE.
struct ccurl_place {
  const char *file;
  void *base;
  const char *symbol;
  void *address;
};
extern int ccurl_find_place(const void *address, struct ccurl_place *place) __asm__("dladdr");

// Finds the functions in the libraries that libcurl depends on; returns whether all were found. Called once, before the
// first request.
static inline int ccurl_find_openssl(ccurl_openssl *openssl) {
  struct ccurl_place place;
  void *libcurl = NULL;
  // A function of libcurl that preloaded libraries are unlikely to replace.
  if (ccurl_find_place((const void *)(size_t)&curl_easy_strerror, &place) && place.file) {
    libcurl = dlopen(place.file, RTLD_LAZY | RTLD_NOLOAD);
  }
  if (!libcurl) return 0;
  struct {
    const char *name;
    void *function;
  } const wanted[] = {
      {"SSL_peek", &openssl->peek},
      {"SSL_has_pending", &openssl->has_pending},
      {"SSL_get_error", &openssl->error},
      {"SSL_get_rbio", &openssl->input},
      {"SSL_get_wbio", &openssl->output},
      {"SSL_set0_rbio", &openssl->set_input},
      {"SSL_set0_wbio", &openssl->set_output},
      {"BIO_up_ref", &openssl->retain},
      {"BIO_free", &openssl->release},
      {"BIO_new_socket", &openssl->new_socket},
      {"BIO_new", &openssl->new_bio},
      {"BIO_s_mem", &openssl->memory},
      {"BIO_ctrl_pending", &openssl->written},
      {"ERR_clear_error", &openssl->clear_errors},
      {"BIO_new_mem_buf", &openssl->new_text},
      {"PEM_read_bio_X509_AUX", &openssl->read_certificate},
      {"X509_free", &openssl->free_certificate},
      {"ERR_peek_last_error", &openssl->last_error},
      {"SSL_CTX_get_cert_store", &openssl->store},
      {"X509_STORE_add_cert", &openssl->add_certificate},
  };
  int found = 1;
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    // POSIX allows function addresses in void pointers.
    *(void **)wanted[i].function = dlsym(libcurl, wanted[i].name);
    if (!*(void **)wanted[i].function) found = 0;
  }
  *(void **)&openssl->stop_thread = dlsym(libcurl, "OPENSSL_thread_stop");
  // libcurl stays loaded, because libpeerid links to it.
  dlclose(libcurl);
  return found;
}

// Whether the connection has ended or has unread data.
static inline int ccurl_has_unread(int socket) {
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

// The same for a TLS connection. Reads and ignores records without application data, such as session tickets.
static inline int ccurl_tls_has_unread(const ccurl_openssl *openssl, void *ssl, int socket) {
  enum { MOST_RECORDS = 32 };
  if (!ccurl_has_unread(socket)) return openssl->has_pending(ssl);
  // libcurl's input and output objects work only while libcurl calls OpenSSL.
  void *input = openssl->input(ssl);
  void *output = openssl->output(ssl);
  void *probe = openssl->new_socket(socket, 0);
  void *said = openssl->new_bio(openssl->memory());
  int has_unread = 1;
  if (input && output && probe && said) {
    openssl->retain(input);
    openssl->retain(output);
    openssl->retain(probe);
    openssl->retain(said);
    openssl->set_input(ssl, probe);
    openssl->set_output(ssl, said);
    int is_control_only = 1;
    for (int i = 0; i < MOST_RECORDS && has_unread && is_control_only; i++) {
      char byte;
      int count = openssl->peek(ssl, &byte, 1);
      // If OpenSSL wants to write (an alert, or the answer to a key update), the connection is not reusable.
      is_control_only = count <= 0 && openssl->error(ssl, count) == CCURL_SSL_ERROR_WANT_READ &&
                        !openssl->has_pending(ssl) && openssl->written(said) == 0;
      has_unread = !is_control_only || ccurl_has_unread(socket);
    }
    openssl->set_input(ssl, input);
    openssl->set_output(ssl, output);
  }
  openssl->release(probe);
  openssl->release(said);
  openssl->clear_errors();
  return has_unread;
}

// Certificates that connections trust in addition to those of libcurl.
struct ccurl_certificates {
  const ccurl_openssl *openssl;
  void **list;
  int count;
};

static inline void ccurl_free_certificates(struct ccurl_certificates *certificates) {
  for (int i = 0; i < certificates->count; i++) certificates->openssl->free_certificate(certificates->list[i]);
  free(certificates->list);
  certificates->list = NULL;
  certificates->count = 0;
}

static inline int ccurl_add_certificate(struct ccurl_certificates *certificates, void *certificate) {
  size_t size = ((size_t)certificates->count + 1) * sizeof *certificates->list;
  void **larger = (void **)realloc(certificates->list, size);
  if (!larger) return 0;
  certificates->list = larger;
  larger[certificates->count++] = certificate;
  return 1;
}

// Reads certificates in PEM format. If one of them is invalid, the list stays empty.
static inline void ccurl_read_certificates(struct ccurl_certificates *certificates, const void *text, int size) {
  enum { PEM_LIBRARY = 9, NO_START_LINE = 108 };
  const ccurl_openssl *openssl = certificates->openssl;
  void *bio = openssl->new_text(text, size);
  void *certificate = NULL;
  openssl->clear_errors();
  while (bio && (certificate = openssl->read_certificate(bio, NULL, NULL, NULL))) {
    if (ccurl_add_certificate(certificates, certificate)) continue;
    openssl->free_certificate(certificate);
    break;
  }
  // "No start line" is the normal end of the text; every other error means that the text is invalid.
  unsigned long error = openssl->last_error();
  int is_end = ((error >> 23) & 0xFF) == PEM_LIBRARY && (error & 0x7FFFFF) == NO_START_LINE;
  // OpenSSL 1.1 packs the two numbers differently.
  is_end |= (error >> 24) == PEM_LIBRARY && (error & 0xFFF) == NO_START_LINE;
  openssl->clear_errors();
  openssl->release(bio);
  if (!is_end) ccurl_free_certificates(certificates);
}

// Called by libcurl for each new connection, with the SSL_CTX.
static inline CURLcode ccurl_trust_certificates(CURL *handle, void *settings, void *context) {
  const struct ccurl_certificates *certificates = (const struct ccurl_certificates *)context;
  void *store = certificates->openssl->store(settings);
  (void)handle;
  for (int i = 0; i < certificates->count; i++) {
    if (!certificates->openssl->add_certificate(store, certificates->list[i])) return CURLE_OUT_OF_MEMORY;
  }
  return CURLE_OK;
}

static inline void ccurl_setopt_certificates(CURL *handle, const struct ccurl_certificates *certificates) {
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, ccurl_trust_certificates);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, certificates);
}

// The OpenSSL connection of the request that `handle` is about to send; NULL without TLS or with another TLS library.
static inline void *ccurl_tls_connection(CURL *handle) {
  struct curl_tlssessioninfo *information = NULL;
  if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &information) != CURLE_OK || !information) return NULL;
  return information->backend == CURLSSLBACKEND_OPENSSL ? information->internals : NULL;
}

#endif
