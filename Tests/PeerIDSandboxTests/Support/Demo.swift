/// Values of the demo fixture.
enum Demo {
  static let aliceAccess4 = filled("demoAccessAliceApp4", 124)
  static let aliceRefresh4 = filled("demoRefreshAliceApp4", 124)
  static let aliceAccess6 = filled("demoAccessAliceApp6", 124)
  static let aliceAccess7 = filled("demoAccessAliceApp7", 124)
  static let aliceAccess8 = filled("demoAccessAliceApp8", 124)
  static let erinAccess4 = filled("demoAccessErinApp4", 124)
  static let erinRefresh4 = filled("demoRefreshErinApp4", 124)
  static let frankAccess4 = filled("demoAccessFrankApp4", 124)
  static let aliceCode4 = filled("demoCodeAliceApp4", 40)
  static let aliceCode5 = filled("demoCodeAliceApp5", 40)
  static let daveCode4 = filled("demoCodeDaveApp4", 40)

  static let transfer = """
    {"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33",\
    "amount":{"amount":100000,"asset_id":"1.3.0"}}
    """
  static let bet = """
    {"op_name":"bet_place","fee_asset":"1.3.0","bettor_id":"1.2.31","betting_market_id":"1.25.1",\
    "amount_to_bet":{"amount":5,"asset_id":"1.3.0"},"backer_multiplier":20000,"back_or_lay":"back"}
    """

  private static func filled(_ text: String, _ length: Int) -> String {
    text + String(repeating: "0", count: length - text.count)
  }
}
