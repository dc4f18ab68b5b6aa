/// One client for PeerID, for every language that can call C.
///
/// # Handles
///
/// Every object is an opaque handle. What follows holds for all of them:
/// - `_free` accepts NULL.
/// - The order of frees does not matter: a session keeps its client alive, and what was borrowed from a handle lives
///   as long as that handle.
///
///   Two paragraphs in one entry.
///   1. first
///   2. second
///
/// # Errors
///
/// A function that can fail returns `peerid_error *`; **NULL is success**.
///
/// ```c
/// peerid_error *error = peerid_session_create(store, &session);
/// if (error) {
///   peerid_error_free(error); // and go on
/// }
/// ```
///
/// | Input | Form |
/// |-------|------|
/// | text  | NUL-terminated UTF-8 |
///
/// - Thread safety: A session may be used from any thread at once.
enum Contract {}
