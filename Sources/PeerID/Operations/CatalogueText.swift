/// The operations of the Peerplays chain that PeerID knows, as its schema and its serializer really treat them
/// (measured on the backend 0.11.2).
///
/// One operation is `id name: field, field, …`; `*` behind an id marks a name that the chain knows by that number and
/// the server does not. A field is `name: type`; `name?` may be absent, `name!` may be absent and, when present,
/// passes the schema and then always fails.
///
/// | type | means |
/// |---|---|
/// | `1.2` | an object id of that space, as text: `"1.2.31"` |
/// | `asset` | `{"amount": integer up to 10^12, "asset_id": "1.3.N"}` |
/// | `int`, `int(0..10)`, `int(..10)` | an integer, with its limits |
/// | `number` | a number that may have a fraction |
/// | `string`, `string(..10)`, `uri`, `base64` | text |
/// | `one(a|b)` | one of these texts |
/// | `bool` | `true` or `false` |
/// | `seconds`, `milliseconds` | a point in time since 1970 |
/// | `{a: int}`, `{*}` | an object with these keys; with any keys |
/// | `[int; 1..]` | an array of at least one; an upper bound such as `..0` is the serializer's, not the schema's |
/// | `(1.2, int)` | an array of exactly these two |
/// | `$price` | the type of that name |
///
/// Below an operation `!` says why it can never succeed, `~` what to beware of. Indented lines go on.
let catalogueText: StaticString = #"""
  $sidechain = one(unknown|bitcoin|ethereum|eos|peerplays)
  $authority = {weight_threshold: int, account_auths: [(1.2, int)], key_auths: [(string, int)], address_auths:
      [(string, int)]}
  $price = {base: asset, quote: asset}
  $asset_options = {max_supply: int(..1000000000000), market_fee_percent: int(..10000), max_market_fee:
      int(..10000), issuer_permissions: int, flags: int, core_exchange_rate: $price, whitelist_authorities: [1.2],
      blacklist_authorities: [1.2], whitelist_markets: [1.3], blacklist_markets: [1.3], description: string}
  $bitasset_options = {feed_lifetime_sec: int, minimum_feeds: int, force_settlement_delay_sec: int,
      force_settlement_offset_percent: int, maximum_force_settlement_volume: int, short_backing_asset: 1.3}
  $account_options = {memo_key: string, voting_account: 1.2, num_witness: int, num_committee: int, num_son: int,
      votes: [int; ..0]}
  $stealth_memo = {one_time_key: string, to?: string, encrypted_memo: base64}
  $blind_input = {commitment: base64, owner: $authority}
  $blind_output = {commitment: base64, range_proof: base64, owner: $authority, stealth_memo?: $stealth_memo}
  $resolution = one(win|not_win|cancel|BETTING_MARKET_RESOLUTION_COUNT)
  $benefactor = {id: 1.2, share: int(..10000)}
  $sidechain_signer = {son_id: 1.33, weight: int(0..), signing_key: string, sidechain_public_keys: [($sidechain,
      string)]}

  0 transfer: fee_asset: 1.3, from: 1.2, to: 1.2, amount: asset, memo!: string(..100)
      ~ memo always fails: the schema takes a string, the serializer wants a memo object
  1 limit_order_create: fee_asset: 1.3, seller: 1.2, amount_to_sell: asset, min_to_receive: asset, expiration:
      seconds, fill_or_kill: bool
  2 limit_order_cancel: fee_asset: 1.3, fee_paying_account: 1.2, order: 1.7
  3 call_order_update: fee_asset: 1.3, funding_account: 1.2, delta_collateral: asset, delta_debt: asset
  4 fill_order: fee_asset: 1.3, order_id: 1.8, account_id: 1.2, pays: asset, receives: asset
  5 account_create: fee_asset: 1.3, registrar: 1.2, referrer: 1.2, referrer_percent: int(..10000), name: string,
      owner: $authority, active: $authority, options: $account_options
      ~ votes must be []: the schema takes integers, the serializer wants "x:y" strings
  6 account_update: fee_asset: 1.3, account: 1.2, owner?: $authority, active?: $authority, new_options?:
      $account_options, update_last_voting_time: bool
      ! 500: the extension the server builds is not serializable by the pinned peerplaysjs-lib (type.fromObject is
        not a function)
  7 account_whitelist: fee_asset: 1.3, authorizing_account: 1.2, account_to_list: 1.2, new_listing: int
  8 account_upgrade: fee_asset: 1.3, account_to_upgrade: 1.2, upgrade_to_lifetime_member: bool
  9 account_transfer: fee_asset: 1.3, account_id: 1.2, new_owner: 1.2
  10 asset_create: fee_asset: 1.3, issuer: 1.2, symbol: string(..10), precision: int(0..10), common_options:
      $asset_options, bitasset_opts?: $bitasset_options, is_prediction_market: bool
      ~ bitasset_opts is accepted and silently dropped
  11 asset_update: fee_asset: 1.3, issuer: 1.2, asset_to_update: 1.3, new_issuer?: 1.2, new_options: $asset_options
  12 asset_update_bitasset: fee_asset: 1.3, issuer: 1.2, asset_to_update: 1.3, new_options: $bitasset_options
  13 asset_update_feed_producers: fee_asset: 1.3, issuer: 1.2, asset_to_update: 1.3, new_feed_producers: [1.2; 1..]
  14 asset_issue: fee_asset: 1.3, issuer: 1.2, asset_to_issue: asset, issue_to_account: 1.2
  15 asset_reserve: fee_asset: 1.3, payer: 1.2, amount_to_reserve: asset
  16 asset_fund_fee_pool: fee_asset: 1.3, from_account: 1.2, asset_id: 1.3, amount: int(..1000000000000)
  17 asset_settle: fee_asset: 1.3, account: 1.2, amount: asset
  18 asset_global_settle: fee_asset: 1.3, issuer: 1.2, asset_to_settle: 1.3, settle_price: $price
  19 asset_publish_feed: fee_asset: 1.3, publisher: 1.2, asset_id: 1.3, feed: {settle_price: $price,
      maintenance_collateral_ratio: int, maximum_short_squeeze_ratio: int, core_exchange_rate: $price}
      ! 500: the schema wants feed.settle_price, the serializer wants feed.settlement_price
  20 witness_create: fee_asset: 1.3, witness_account: 1.2, url: uri, block_signing_key: string, initial_secret:
      base64
  21 witness_update: fee_asset: 1.3, witness: 1.6, witness_account: 1.2, new_url?: uri, new_signing_key?: string,
      new_initial_secret?: base64
  22 proposal_create: fee_asset: 1.3, fee_paying_account: 1.2, expiration_time: seconds, proposed_ops: [{*}; 1..],
      review_period_seconds?: int
  23 proposal_update: fee_asset: 1.3, fee_paying_account: 1.2, proposal: 1.10, active_approvals_to_add: [1.2],
      active_approvals_to_remove: [1.2], owner_approvals_to_add: [1.2], owner_approvals_to_remove: [1.2],
      key_approvals_to_add: [string], key_approvals_to_remove: [string]
  24 proposal_delete: fee_asset: 1.3, fee_paying_account: 1.2, using_owner_authority: bool, proposal: 1.10
  25 withdraw_permission_create: fee_asset: 1.3, withdraw_from_account: 1.2, authorized_account: 1.2,
      withdrawal_limit: asset, withdrawal_period_sec: int, periods_until_expiration: int, period_start_time: seconds
  26 withdraw_permission_update: fee_asset: 1.3, withdraw_from_account: 1.2, authorized_account: 1.2,
      permission_to_update: 1.12, withdrawal_limit: asset, withdrawal_period_sec: int, periods_until_expiration:
      int, period_start_time: seconds
  27 withdraw_permission_claim: fee_asset: 1.3, withdraw_permission: 1.12, withdraw_from_account: 1.2,
      withdraw_to_account: 1.2, amount_to_withdraw: asset
  28 withdraw_permission_delete: fee_asset: 1.3, withdraw_permission: 1.12, withdraw_from_account: 1.2,
      authorized_account: 1.2
      ! 500: the schema wants withdraw_permission, the builder reads withdrawal_permission
  29 committee_member_create: fee_asset: 1.3, committee_member_account: 1.2, url: uri
  30 committee_member_update: fee_asset: 1.3, committee_member: 1.5, committee_member_account: 1.2, new_url?: string
  31 committee_member_update_global_parameters: fee_asset: 1.3, new_parameters: {*}
      ~ new_parameters is a free object; the serializer wants the complete chain_parameters (not probed with a
        complete one)
  32 vesting_balance_create: fee_asset: 1.3, creator: 1.2, owner: 1.2, amount: asset, policy: (int, {*}),
      balance_type: one(normal|gpos|son)
  33 vesting_balance_withdraw: fee_asset: 1.3, vesting_balance: 1.13, owner: 1.2, amount: asset
  34 worker_create: fee_asset: 1.3, owner: 1.2, work_begin_date: seconds, work_end_date: seconds, daily_pay:
      int(..1000000000000), name: string, url: uri, initializer: (int, {*})
  35 custom: fee_asset: 1.3, payer: 1.2, required_auths: [1.2; 1..], id: int, data: base64
  36 assert: fee_asset: 1.3, fee_paying_account: 1.2, predicates: [(int, {*})], required_auths: [1.2]
  37 balance_claim: fee_asset: 1.3, deposit_to_account: 1.2, balance_to_claim: 1.15, balance_owner_key: string,
      total_claimed: asset
  38 override_transfer: fee_asset: 1.3, issuer: 1.2, from: 1.2, to: 1.2, amount: asset
  39 transfer_to_blind: fee_asset: 1.3, amount: asset, from: 1.2, blinding_factor: base64, outputs: [$blind_output]
  40 blind_transfer: fee_asset: 1.3, inputs: [$blind_input], outputs: [$blind_output]
  41 transfer_from_blind: fee_asset: 1.3, amount: asset, to: 1.2, blinding_factor: base64, inputs: [$blind_input]
  42 asset_settle_cancel: fee_asset: 1.3, settlement: 1.4, account: 1.2, amount: asset
  43 asset_claim_fees: fee_asset: 1.3, issuer: 1.2, amount_to_claim: asset
  45 tournament_create: fee_asset: 1.3, creator: 1.2, options: {type_of_game: int, registration_deadline: seconds,
      number_of_players: int, buy_in: asset, whitelist: [1.2], start_time?: seconds, start_delay: int, round_delay:
      int, number_of_wins: int, meta: {*}, game_options: (int, {insurance_enabled: bool, time_per_commit_move: int,
      time_per_reveal_move: int, number_of_gestures: int})}
  46 tournament_join: fee_asset: 1.3, payer_account_id: 1.2, player_account_id: 1.2, tournament_id: 1.16, buy_in:
      asset
  47 game_move: fee_asset: 1.3, game_id: 1.19, player_account_id: 1.2, move: (int, {*})
  48 asset_update_dividend: fee_asset: 1.3, issuer: 1.2, asset_to_update: 1.3, new_options: {next_payout_time?:
      seconds, payout_interval?: int, minimum_fee_percentage: int, minimum_distribution_interval?: int}
      ! 500 {"error":"operation"}: the builder pushes [name] without the operation object
  49 asset_dividend_distribution: fee_asset: 1.3, dividend_asset_id: 1.3, account_id: 1.2, amounts: [asset; 1..]
  50 tournament_payout: fee_asset: 1.3, payout_account_id: 1.2, tournament_id: 1.16, payout_amount: asset, type:
      one(prize_award|buyin_refund|rake_fee)
  51 tournament_leave: fee_asset: 1.3, canceling_account_id: 1.2, player_account_id: 1.2, tournament_id: 1.16
  52 sport_create: fee_asset: 1.3, name: [(string, string)]
  53 sport_update: fee_asset: 1.3, sport_id: 1.20, new_name?: [(string, string)]
  54 event_group_create: fee_asset: 1.3, name: [(string, string)], sport_id: 1.20
  55 event_group_update: fee_asset: 1.3, new_name?: [(string, string)], new_sport_id?: 1.20, event_group_id: 1.21
  56 event_create: fee_asset: 1.3, name: [(string, string)], season: [(string, string)], start_time?: seconds,
      event_group_id: 1.21
  57 event_update: fee_asset: 1.3, event_id: 1.22, new_name?: [(string, string)], new_season?: [(string, string)],
      new_start_time?: seconds, new_event_group_id?: 1.21, is_live_market?: bool
  58 betting_market_rules_create: fee_asset: 1.3, name: [(string, string)], description: [(string, string)]
  59 betting_market_rules_update: fee_asset: 1.3, new_name?: [(string, string)], new_description?: [(string,
      string)], betting_market_rules_id: 1.23
  60 betting_market_group_create: fee_asset: 1.3, description: [(string, string)], event_id: 1.22, rules_id: 1.23,
      asset_id: 1.3
  61 betting_market_create: fee_asset: 1.3, group_id: 1.24, description: [(string, string)], payout_condition:
      [(string, string)]
  62 bet_place: fee_asset: 1.3, bettor_id: 1.2, betting_market_id: 1.25, amount_to_bet: asset, backer_multiplier:
      int, back_or_lay: one(back|lay)
  63 betting_market_group_resolve: fee_asset: 1.3, betting_market_group_id: 1.24, resolutions: [(1.25, $resolution)]
  64 betting_market_group_resolved: fee_asset: 1.3, bettor_id: 1.2, betting_market_group_id: 1.24, resolutions:
      [(1.25, $resolution)], winnings: int(..1000000000000), fees_paid: int(..1000000000000)
  65 bet_adjusted: bettor_id: 1.2, bet_id: 1.26, stake_returned: asset
  67 bet_matched: bettor_id: 1.2, bet_id: 1.26, betting_market_id: 1.25, amount_bet: asset, fees_paid:
      int(..1000000000000), backer_multiplier: int, guaranteed_winnings_returned: int(..1000000000000)
  68 bet_cancel: fee_asset: 1.3, bettor_id: 1.2, bet_to_cancel: 1.26
  69 bet_canceled: bettor_id: 1.2, bet_id: 1.26, stake_returned: asset, unused_fees_returned: asset
  70 betting_market_group_update: fee_asset: 1.3, betting_market_group_id: 1.24, new_description?: [(string,
      string)], new_rules_id?: 1.23, freeze?: bool, delay_bets?: bool
  71 betting_market_update: fee_asset: 1.3, betting_market_id: 1.25, new_group_id?: 1.24, new_description?:
      [(string, string)], new_payout_condition?: [(string, string)]
  77 lottery_asset_create: fee_asset: 1.3, issuer: 1.2, symbol: string(..10), precision: int(0..10), common_options:
      $asset_options, bitasset_opts?: $bitasset_options, is_prediction_market: bool, extensions: {benefactors:
      [$benefactor], owner: 1.3, winning_tickets: [int(..10000)], ticket_price: asset, end_date: milliseconds,
      ending_on_soldout: bool, is_active: bool}
      ~ bitasset_opts is accepted and silently dropped
  78 ticket_purchase: fee_asset: 1.3, lottery: 1.3, buyer: 1.2, tickets_to_buy: int(..1000000000000), amount: asset
  79 lottery_reward: fee_asset: 1.3, lottery: 1.3, winner: 1.2, amount: asset, win_percentage: int(..10000),
      is_benefactor_reward: bool
  80 lottery_end: fee_asset: 1.3, lottery: 1.3, participants: [(1.2, int)]
  81 sweeps_vesting_claim: fee_asset: 1.3, account: 1.2, amount_to_claim: asset
  82 custom_permission_create: fee_asset: 1.3, owner_account: 1.2, permission_name: string(..10), auth: $authority
  83 custom_permission_update: fee_asset: 1.3, permission_id: 1.27, new_auth: $authority, owner_account: 1.2
  84 custom_permission_delete: fee_asset: 1.3, permission_id: 1.27, owner_account: 1.2
  85 custom_account_authority_create: fee_asset: 1.3, permission_id: 1.27, operation_type: int(0..), valid_from:
      seconds, valid_to: seconds, owner_account: 1.2
  86 custom_account_authority_update: fee_asset: 1.3, auth_id: 1.28, new_valid_from?: seconds, new_valid_to?:
      seconds, owner_account: 1.2
  87 custom_account_authority_delete: fee_asset: 1.3, auth_id: 1.28, owner_account: 1.2
      ! 500: the builder drops auth_id
  88 offer: fee_asset: 1.3, item_ids: [1.31], issuer: 1.2, minimum_price: asset, maximum_price: asset, buying_item:
      bool, offer_expiration_date: seconds
  89 bid: fee_asset: 1.3, bidder: 1.2, bid_price: asset, offer_id: 1.29
  90 cancel_offer: fee_asset: 1.3, issuer: 1.2, offer_id: 1.29
  91 finalize_offer: fee_asset: 1.3, fee_paying_account: 1.2, offer_id: 1.29, result:
      one(Expired|ExpiredNoBid|Cancelled)
  92 nft_metadata_create: fee_asset: 1.3, owner: 1.2, name: string, symbol: string, base_uri: string,
      revenue_partner?: 1.2, revenue_split?: int(..10000), is_transferable: bool, is_sellable: bool, account_role?:
      1.32, max_supply?: int(..1000000000000), lottery_options?: {benefactors: [$benefactor], winning_tickets:
      [number(..10000)], ticket_price: asset, end_date: seconds, ending_on_soldout: bool, is_active: bool,
      delete_tickets_after_draw: bool, progressive_jackpots: [1.30]}
  93 nft_metadata_update: fee_asset: 1.3, owner: 1.2, nft_metadata_id: 1.30, name?: string, symbol?: string,
      base_uri?: string, revenue_partner?: 1.2, revenue_split?: int(..10000), is_transferable?: bool, is_sellable?:
      bool, account_role?: 1.32
  94 nft_mint: fee_asset: 1.3, payer: 1.2, nft_metadata_id: 1.30, owner: 1.2, approved: 1.2, approved_operators:
      [1.2], token_uri: string
  95 nft_safe_transfer_from: fee_asset: 1.3, operator_: 1.2, from: 1.2, to: 1.2, token_id: 1.31, data: string
  96 nft_approve: fee_asset: 1.3, operator_: 1.2, approved: 1.2, token_id: 1.31
  97 nft_set_approval_for_all: fee_asset: 1.3, owner: 1.2, operator_: 1.2, approved: bool
  98 account_role_create: fee_asset: 1.3, owner: 1.2, name: string, metadata: string, allowed_operations:
      [int(0..)], whitelisted_accounts: [1.2], valid_from: seconds
  99 account_role_update: fee_asset: 1.3, owner: 1.2, account_role_id: 1.32, name?: string, metadata?: string,
      allowed_operations_to_add: [int(0..)], allowed_operations_to_remove: [int(0..)], accounts_to_add: [1.2],
      accounts_to_remove: [1.2], valid_to?: seconds
  100 account_role_delete: fee_asset: 1.3, owner: 1.2, account_role_id: 1.32
  101 son_create: fee_asset: 1.3, owner_account: 1.2, url: uri, deposit: 1.13, signing_key: string,
      sidechain_public_keys: [($sidechain, string)], pay_vb: 1.13
  102 son_update: fee_asset: 1.3, son_id: 1.33, owner_account: 1.2, new_url?: uri, new_deposit?: 1.13,
      new_signing_key?: string, new_sidechain_public_keys?: [($sidechain, string)], new_pay_vb?: 1.13
  104 son_heartbeat: fee_asset: 1.3, son_id: 1.33, owner_account: 1.2, ts: seconds
  105 son_report_down: fee_asset: 1.3, son_id: 1.33, payer: 1.2, down_ts: seconds
  106 son_maintenance: fee_asset: 1.3, son_id: 1.33, owner_account: 1.2, request_type:
      one(request_maintenance|cancel_request_maintenance)
  107 son_wallet_recreate: fee_asset: 1.3, payer: 1.2, sons: [$sidechain_signer; 1..]
  108 son_wallet_update: fee_asset: 1.3, payer: 1.2, son_wallet_id: 1.35, sidechain: $sidechain, address: string
  109 son_wallet_deposit_create: fee_asset: 1.3, payer: 1.2, son_id: 1.33, timestamp: seconds, block_num: int,
      sidechain: $sidechain, sidechain_uid: string, sidechain_transaction_id: string, sidechain_from: string,
      sidechain_to: string, sidechain_currency: string, sidechain_amount: int(..1000000000000), peerplays_from: 1.2,
      peerplays_to: 1.2, peerplays_asset: asset
  110 son_wallet_deposit_process: fee_asset: 1.3, payer: 1.2, son_wallet_deposit_id: 1.36
  111 son_wallet_withdraw_create: fee_asset: 1.3, payer: 1.2, son_id: 1.33, timestamp: seconds, block_num: int,
      sidechain: $sidechain, peerplays_uid: string, peerplays_transaction_id: string, peerplays_from: 1.2,
      peerplays_asset: asset, withdraw_sidechain: $sidechain, withdraw_address: string, withdraw_currency: string,
      withdraw_amount: int(..1000000000000)
  112 son_wallet_withdraw_process: fee_asset: 1.3, payer: 1.2, son_wallet_withdraw_id: 1.37
  113 sidechain_address_add: fee_asset: 1.3, payer: 1.2, sidechain_address_account: 1.2, sidechain: $sidechain,
      deposit_public_key: string, deposit_address: string, deposit_address_data: string, withdraw_public_key:
      string, withdraw_address: string
  114 sidechain_address_update: fee_asset: 1.3, payer: 1.2, sidechain_address_id: 1.38, sidechain_address_account:
      1.2, sidechain: $sidechain, deposit_public_key?: string, deposit_address?: string, deposit_address_data?:
      string, withdraw_public_key?: string, withdraw_address?: string
  115 sidechain_address_delete: fee_asset: 1.3, payer: 1.2, sidechain_address_id: 1.38, sidechain_address_account:
      1.2, sidechain: $sidechain
  116 sidechain_transaction_create: fee_asset: 1.3, payer: 1.2, sidechain: $sidechain, object_id: string,
      transaction: string, signers: [$sidechain_signer; 1..]
      ! 500: object_id has no usable type in the serializer
  117 sidechain_transaction_sign: fee_asset: 1.3, signer: 1.33, payer: 1.2, sidechain_transaction_id: 1.39,
      signature: string
  118 sidechain_transaction_send: fee_asset: 1.3, payer: 1.2, sidechain_transaction_id: 1.39, sidechain_transaction:
      string
  119 sidechain_transaction_settle: fee_asset: 1.3, payer: 1.2, sidechain_transaction_id: 1.39
  120 nft_lottery_token_purchase: fee_asset: 1.3, lottery_id: 1.30, buyer: 1.2, tickets_to_buy:
      int(..1000000000000), amount: asset
  121 nft_lottery_reward: fee_asset: 1.3, lottery_id: 1.30, winner: 1.2, amount: asset, win_percentage:
      int(..10000), is_benefactor_reward: bool, winner_ticket_id: int
  122 nft_lottery_end: fee_asset: 1.3, lottery_id: 1.30
  123 random_number_store: fee_asset: 1.3, account: 1.2, random_number: [int; 1..], data: string
  44* fba_distribute: fee_asset: 1.3, account_id: 1.2, fba_id: 2.16, amount: int(..1000000000000)
      ! the server looks the name up in ChainTypes.operations and finds nothing, so every request answers 400
        {"op_name":"Operation invalid"}
  66* betting_market_group_cancel_unmatched_bets: fee_asset: 1.3, betting_market_group_id: 1.24
      ! the server looks the name up in ChainTypes.operations and finds nothing, so every request answers 400
        {"op_name":"Operation invalid"}
  103* son_deregister: fee_asset: 1.3, son_id: 1.33, payer: 1.2
      ! the server looks the name up in ChainTypes.operations and finds nothing, so every request answers 400
        {"op_name":"Operation invalid"}
  """#
