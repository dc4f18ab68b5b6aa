internal import CLinux

/// `errno` of this thread. In C it is a macro, which Swift cannot import.
var errno: Int32 {
  get { clinux_errno() }
  set { clinux_set_errno(newValue) }
}
