/// An enum without a C name, which the header must not show.
public enum Unpublished: Int32 {
  case first
  case second
}
