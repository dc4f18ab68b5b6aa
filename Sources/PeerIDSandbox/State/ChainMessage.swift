internal import PeerID

/// Messages of the chain and of the serializer, as long and as talkative as the real ones.
enum ChainMessage {
  /// A failed assertion of the chain, which quotes the operation.
  static func assertion(_ condition: String, place: String, operation: ChainOperation) -> String {
    """
    Execution error: 10 assert_exception: Assert Exception
    \(condition): 
        {}
        th_a  \(place)

        {"op":\(operation.literal.compactText.text)}
        th_a  evaluator.cpp:52 start_evaluate
    """
  }

  /// A fault of the serializer, which brings a stack trace with it.
  static func serializer(_ reason: String) -> String {
    let library = "/home/peerid/backend/node_modules/peerplaysjs-lib/dist/serializer/src"
    return """
      Error: \(reason)
          at Serializer.fromObject (\(library)/serializer.js:114:19)
          at Object.fromObject (\(library)/types.js:611:41)
          at TransactionBuilder.add_operation (\(library)/../../chain/src/TransactionBuilder.js:318:20)
          at OperationService.build (/home/peerid/backend/src/services/operation.js:88:12)
      """
  }
}
