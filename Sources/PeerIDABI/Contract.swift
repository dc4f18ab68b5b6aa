/// libpeerid: act for Peerplays users through a PeerID server.
///
/// The contract, which holds for every function below:
///
/// **Names.** `peerid_<object>_<verb>`. Objects are opaque; a program holds pointers to them.
///
/// **Errors.** A function that can fail returns a `peerid_error *`: NULL is success, anything else is an error that the
/// caller frees with `peerid_error_free`. Outputs come last and are written only on success. The error tells its
/// code, a message, and the outcome: whether the request was not sent, was refused, or may have been carried out.
///
/// **Money.** Operations, exchanges and refreshes are sent once. Nothing is sent again behind the caller's back once a
/// byte may have left, except after HTTP 401, which means that nothing was done. After an error whose outcome is
/// PEERID_OUTCOME_UNKNOWN look at the chain before sending again.
///
/// **Strings in** are NUL-terminated UTF-8 and are copied. JSON comes as pointer and length and is not kept either. A
/// NULL where it is not said to be allowed is answered with PEERID_CODE_INVALID_ARGUMENT.
///
/// **Strings out** are borrowed from the object they came from: NUL-terminated, valid until that object is freed,
/// never to be freed or changed by the caller. Where a length can be asked for, the pointer to it may be NULL.
///
/// **Ownership.** What a function puts into an `out_` parameter belongs to the caller, who frees it with the `_free`
/// function of its kind. Every `_free` accepts NULL. The order of freeing does not matter: a session keeps alive what
/// it needs of its client.
///
/// **Numbers.** Constants are published as enums; parameters and results that carry them are `int32_t`, and a value
/// that is not one of the constants is refused, not trusted. Times are milliseconds, unless a name says otherwise;
/// points in time count from 1970-01-01 00:00 UTC.
///
/// **Threads.** Clients, sessions and stores may be used from any number of threads at once. Errors, responses, tokens
/// and authorizations never change and may be read from any thread. A config belongs to one thread at a time. Freeing
/// an object while another thread uses the same pointer is the one thing that is not allowed; free after the last use.
/// Calls block the thread that makes them; the library's own threads are started only for refreshes, for asynchronous
/// calls, and to save again what a store refused, and all signals are blocked in them. It installs no signal handler.
///
/// **fork.** A child may go on using what it inherited: it opens its own connections and never disturbs the parent's.
///
/// **Secrets.** Tokens and passwords are kept in memory that is wiped when it is given back. They never stand in an
/// error, a log line or, unless `parameters=query` asks for it, a URL.
///
/// **Versions.** The shared library is `libpeerid.so.1`; its interface only grows within that number. Compare
/// `peerid_version_number()` with `PEERID_VERSION_NUMBER` to see that library and header belong together.
public enum Contract {}
