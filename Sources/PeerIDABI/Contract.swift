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
/// **Money.** Operations and exchanges are sent once. Nothing is sent again behind the caller's back once a byte may have
/// left, except after HTTP 401, which means that nothing was done. After an error whose outcome is
/// PEERID_OUTCOME_UNKNOWN look at the chain before sending again. A refresh token moves no money: it is sent again while
/// the server may not know it yet, and once more, later, when the answer to a refresh was lost.
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
/// calls, and to save again what a store refused, and by libcurl to look up names. All signals are blocked in them. It
/// installs no signal handler.
///
/// **The end of the process.** `exit` waits for refreshes under way and for pairs that are not saved: two seconds, and
/// another second and a half for threads to give up. A process that ends in another way settles its clients before; see
/// `peerid_client_settle` and `peerid_prepare_exit`. Handlers of `atexit` that were set before the first client run
/// after that: they must not wait for asynchronous calls.
///
/// **fork.** A child may go on using what it inherited: it opens its own connections and never disturbs the parent's.
///
/// **Secrets.** Where the library itself keeps tokens and passwords, it wipes the memory before it gives it back; what
/// libcurl and TLS copy to send it is theirs. Secrets never stand in an error or a log line. In a URL stands only what
/// the server wants there: the transaction token of a confirmation, and with `parameters=query` the parameters.
///
/// **Versions.** The shared library is `libpeerid.so.1`; its interface only grows within that number. Compare
/// `peerid_version_number()` with `PEERID_VERSION_NUMBER` to see that library and header belong together.
public enum Contract {}
