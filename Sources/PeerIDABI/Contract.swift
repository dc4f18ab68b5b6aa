/// libpeerid: act for Peerplays users through a PeerID server.
///
/// A program that logs a user in and transfers money (`cc example.c $(pkg-config --cflags --libs peerid)`):
///
/// ```c
/// #include <peerid.h>
/// #include <stdio.h>
/// #include <string.h>
///
/// int main(int argc, char **argv) {  // URL, application, secret, user, password, operation
///   if (argc != 7) return 2;
///   peerid_config *config = NULL;
///   peerid_client *client = NULL;
///   peerid_session *session = NULL;
///   peerid_response *response = NULL;
///   peerid_error *error;
///   if ((error = peerid_config_create(argv[1], argv[2], argv[3], &config)) ||
///       (error = peerid_client_create(config, &client)) ||
///       (error = peerid_client_login(client, argv[4], argv[5], NULL, NULL, &session)) ||
///       (error = peerid_session_submit(session, argv[6], strlen(argv[6]), &response)))
///     fprintf(stderr, "%s\n", peerid_error_message(error));
///   else
///     puts(peerid_response_json(response, NULL));
///   int status = error ? 1 : 0;
///   peerid_error_free(error), peerid_response_free(response), peerid_session_free(session);
///   peerid_client_free(client), peerid_config_free(config);
///   return status;
/// }
/// ```
///
/// The following applies to every function.
///
/// **Names.** `peerid_<object>_<verb>` is an action; `peerid_<object>_<property>` returns a property of an object.
/// Objects are opaque and used through pointers.
///
/// **Errors.** A function that can fail returns a `peerid_error *`: NULL on success, otherwise an error that you free
/// with `peerid_error_free`. Outputs come last and are written only on success. An error has a code (the kind of
/// failure), an outcome (whether the request was carried out) and a message. A function's comment lists only its
/// specific errors; these are common:
///
/// - Every function that can fail: `PEERID_CODE_INVALID_ARGUMENT` if a required pointer is NULL, a string is not UTF-8,
///   or a length or a number is out of range; and `PEERID_CODE_OUT_OF_MEMORY`.
/// - Functions of clients and sessions: `PEERID_CODE_CLOSED` if the client was closed, and `PEERID_CODE_STORE` if the
///   store failed.
/// - Functions that send a request (their *Source* names it): `PEERID_CODE_UNREACHABLE`, `PEERID_CODE_TLS`,
///   `PEERID_CODE_CONNECTION_LOST`, `PEERID_CODE_TIMEOUT` (option `request_timeout_ms`), `PEERID_CODE_CANCELLED`,
///   `PEERID_CODE_PROTOCOL`, `PEERID_CODE_SERVER`, `PEERID_CODE_RATE_LIMITED`, `PEERID_CODE_TOO_LARGE`,
///   `PEERID_CODE_REJECTED` and `PEERID_CODE_NOT_PERMITTED`.
/// - Functions that need a valid access token: `PEERID_CODE_LOGIN_REQUIRED` if the session is over, and
///   `PEERID_CODE_CONFIGURATION` if the token has to be refreshed and there is no client secret.
///
/// **Money.** An operation or an exchange is sent once. The library does not resend it if a byte may have been sent,
/// except an operation after HTTP 401, which means that nothing was done. After an error with the outcome
/// PEERID_OUTCOME_UNKNOWN, check the chain before you repeat the call. Other requests move no money, and the library
/// may resend them: logins and chain reads at any time, and a refresh after a lost answer or if the server may not have
/// saved the refresh token yet. A chain call of `network_broadcast` is sent once.
///
/// **Strings.** Strings that you pass are NUL-terminated UTF-8; JSON is passed with its length in bytes, at most 64 MB.
/// Both are copied: you may free them after the call. Strings that you receive are NUL-terminated and borrowed from an
/// object: they are valid until the object is freed. Do not change or free these strings. *Static* strings are always
/// valid.
///
/// **Ownership.** You own each object that you receive through an `out_` parameter, and free it once with the function
/// that the parameter names. Every `_free` accepts NULL, and objects may be freed in any order. A function that returns
/// a property accepts NULL, and then returns NULL, 0 or false unless its comment says otherwise.
///
/// **Not allowed**, and not detected: to free an object twice; to use an object after it was freed, or while another
/// thread frees it; to pass an object of another type, a length greater than the text, or a `peerid_store_reply` or
/// `peerid_credentials` after its callback has returned.
///
/// **Numbers.** Any number is safe to pass: a value that is out of range is clamped to the valid range, or causes an
/// error. Times are in milliseconds; points in time count from 1970-01-01 00:00 UTC. Enum values that you pass are
/// `int32_t` and are checked. An error's code and outcome have the types of their enums, so that compilers warn when
/// the two are mixed.
///
/// **Threads.** All functions may be called from any thread at any time. The exception is a configuration: only one
/// thread may use it at a time. Calls block their thread. The library starts threads only for refreshes, for
/// asynchronous calls and to retry saving tokens; libcurl starts threads for name lookups. All these threads block all
/// signals. The library installs no signal handler. If a thread is cancelled in a function (`pthread_cancel`), it ends
/// after the function.
///
/// **Handlers.** Handlers and store callbacks may be called from any thread and from several at once. They must not
/// call the library, except the functions that provide their result. The `context` of a handler is passed to the
/// handler. The context must stay valid until `release` is called with it. The library calls `release` once,
/// when no object uses the handler any more. If the function that sets the handler fails, `release` is not called.
///
/// **Exit.** `exit` waits up to two seconds for refreshes in flight and unsaved tokens, and then up to 1.5 seconds for
/// threads to end. If a process ends without `exit`, call `peerid_client_flush` first. Functions that were registered
/// with `atexit` before the first client was created run afterwards, and must not wait for asynchronous calls.
///
/// **fork.** A child may use the objects that it inherited. The child opens its own connections and does not affect the
/// parent. During the fork, the library closes the child's copies of its descriptors. The library does not use the
/// numbers of these descriptors afterwards, so a daemon may close all descriptors. In the child, call `peerid_queue_fd`
/// again.
///
/// **Secrets.** The library wipes its copies of tokens and passwords before it frees their memory; it cannot wipe
/// copies made by libcurl and the TLS library. Errors and log lines contain no secrets. If a server repeats a secret of
/// the request, it is masked, in the encodings that docs/robustness.md lists. A URL contains a secret only in two
/// cases: the transaction token of a confirmation, and the parameters with the option `parameters=query`.
///
/// **Versions.** The library is `libpeerid.so.1`. While the number is 1, functions and constants are only added, never
/// removed or changed. A program can compare `peerid_library_version_number` with `PEERID_VERSION_NUMBER`.
public enum Contract {
  /// A function `…_async` starts a call and returns at once. Its parameters are those of the blocking function, and:
  ///
  /// - `queue`: receives the completion of the call.
  /// - `tag`: any number; the completion has the same tag.
  /// - `out_id`: receives the id of the call, for `peerid_client_cancel`; may be NULL.
  ///
  /// If the function returns NULL, the call has started, and exactly one completion follows, with the result or the
  /// error. If it returns an error, nothing was sent and no completion follows: an argument is invalid, the client is
  /// closed (`PEERID_CODE_CLOSED`), or `max_in_flight` calls are in flight (`PEERID_CODE_QUEUE_FULL`).
  public enum AsynchronousCalls {}

  /// A store keeps sessions under their keys, so that they survive the process and can be shared. A key can be locked,
  /// so that two processes never refresh the same tokens at once. Each save names the generation that it expects to
  /// replace.
  ///
  /// A callback of a custom store returns one of `peerid_store_result`. Any result other than PEERID_STORE_RESULT_OK is
  /// a failure, except PEERID_STORE_RESULT_CONFLICT from save. After a failure the session sends no refresh. Callbacks
  /// may block. To provide a result, a callback with a `reply` calls the functions `peerid_store_reply_…` on its own
  /// thread. An invalid value counts as a failure.
  public enum Stores {}
}
