/// The rules that the chain applies to the operations of a transaction, one operation on each line:
/// `name payer: condition; condition; …` (from `validate()` and the evaluators in the chain's source).
///
/// The payer is the field or account that pays the fee and must authorize the operation. `proposed` marks operations
/// that only an executed proposal may contain, `never` those that no transaction may contain. A condition compares a
/// field with a number, with another field or with `now`, the time of the newest block; `[]` means each element. A
/// missing field satisfies every condition. Indented lines continue the line above.
let chainRuleText: StaticString = #"""
  transfer from: from != to; amount.amount > 0
  limit_order_create seller: amount_to_sell.amount > 0; min_to_receive.amount > 0; amount_to_sell.asset_id !=
      min_to_receive.asset_id; expiration >= now
  limit_order_cancel fee_paying_account:
  call_order_update funding_account: delta_collateral.asset_id != delta_debt.asset_id
  fill_order account_id never:
  account_create registrar: name.size() >= 1; name.size() <= 63; referrer_percent >= 0; referrer_percent <= 10000;
      owner.address_auths.size() <= 0; active.address_auths.size() <= 0
  account_update account: owner.address_auths.size() <= 0; active.address_auths.size() <= 0
  account_whitelist authorizing_account: new_listing >= 0; new_listing <= 3
  account_upgrade account_to_upgrade:
  account_transfer account_id never:
  asset_create issuer: symbol.size() >= 3; symbol.size() <= 16; precision >= 0; precision <= 12;
      common_options.max_supply >= 1; common_options.max_supply <= 1000000000000000;
      common_options.market_fee_percent >= 0; common_options.market_fee_percent <= 10000;
      common_options.max_market_fee >= 0; common_options.max_market_fee <= 1000000000000000;
      common_options.core_exchange_rate.base.amount > 0; common_options.core_exchange_rate.quote.amount > 0;
      common_options.core_exchange_rate.base.asset_id != common_options.core_exchange_rate.quote.asset_id;
      common_options.whitelist_authorities.size() <= 10; common_options.blacklist_authorities.size() <= 10
  asset_update issuer: issuer != new_issuer; new_options.max_supply >= 1; new_options.max_supply <=
      1000000000000000; new_options.market_fee_percent >= 0; new_options.market_fee_percent <= 10000;
      new_options.max_market_fee >= 0; new_options.max_market_fee <= 1000000000000000;
      new_options.core_exchange_rate.base.amount > 0; new_options.core_exchange_rate.quote.amount > 0;
      new_options.core_exchange_rate.base.asset_id != new_options.core_exchange_rate.quote.asset_id;
      new_options.whitelist_authorities.size() <= 10; new_options.blacklist_authorities.size() <= 10
  asset_update_bitasset issuer: new_options.minimum_feeds > 0; new_options.force_settlement_offset_percent >= 0;
      new_options.force_settlement_offset_percent <= 10000; new_options.maximum_force_settlement_volume >= 0;
      new_options.maximum_force_settlement_volume <= 10000
  asset_update_feed_producers issuer: new_feed_producers.size() <= 10
  asset_issue issuer: asset_to_issue.amount >= 1; asset_to_issue.amount <= 1000000000000000
  asset_reserve payer: amount_to_reserve.amount >= 1; amount_to_reserve.amount <= 1000000000000000
  asset_fund_fee_pool from_account: amount > 0
  asset_settle account: amount.amount >= 0
  asset_global_settle issuer: asset_to_settle == settle_price.base.asset_id
  asset_publish_feed publisher: feed.settle_price.base.amount > 0; feed.settle_price.quote.amount > 0;
      feed.settle_price.base.asset_id != feed.settle_price.quote.asset_id; feed.core_exchange_rate.base.amount > 0;
      feed.core_exchange_rate.quote.amount > 0; feed.core_exchange_rate.base.asset_id !=
      feed.core_exchange_rate.quote.asset_id; feed.settle_price.base.asset_id ==
      feed.core_exchange_rate.base.asset_id; asset_id == feed.settle_price.base.asset_id;
      feed.maintenance_collateral_ratio >= 1001; feed.maintenance_collateral_ratio <= 32000;
      feed.maximum_short_squeeze_ratio >= 1001; feed.maximum_short_squeeze_ratio <= 32000
  witness_create witness_account: url.size() <= 126
  witness_update witness_account: new_url.size() <= 126
  proposal_create fee_paying_account: proposed_ops.size() > 0; expiration_time > now
  proposal_update fee_paying_account:
  proposal_delete fee_paying_account:
  withdraw_permission_create withdraw_from_account: withdraw_from_account != authorized_account;
      withdrawal_limit.amount > 0; withdrawal_period_sec > 0; withdrawal_period_sec >= 3; periods_until_expiration >
      0; period_start_time > now
  withdraw_permission_update withdraw_from_account: withdraw_from_account != authorized_account;
      withdrawal_limit.amount > 0; withdrawal_period_sec > 0; withdrawal_period_sec >= 3; periods_until_expiration >
      0; period_start_time >= now
  withdraw_permission_claim withdraw_to_account: withdraw_to_account != withdraw_from_account;
      amount_to_withdraw.amount > 0
  withdraw_permission_delete withdraw_from_account: withdraw_from_account != authorized_account
  committee_member_create committee_member_account: url.size() <= 126
  committee_member_update committee_member_account: new_url.size() <= 126
  committee_member_update_global_parameters 1.2.0 proposed: new_parameters.reserve_percent_of_fee >= 0;
      new_parameters.reserve_percent_of_fee <= 10000; new_parameters.network_percent_of_fee >= 0;
      new_parameters.network_percent_of_fee <= 10000; new_parameters.lifetime_referrer_percent_of_fee >= 0;
      new_parameters.lifetime_referrer_percent_of_fee <= 10000; new_parameters.block_interval >= 1;
      new_parameters.block_interval <= 30; new_parameters.maximum_transaction_size >= 1024;
      new_parameters.maximum_block_size >= 5120; new_parameters.extensions.min_bet_multiplier >= 10001;
      new_parameters.extensions.min_bet_multiplier <= 100010000; new_parameters.extensions.max_bet_multiplier >=
      10001; new_parameters.extensions.max_bet_multiplier <= 100010000;
      new_parameters.extensions.betting_rake_fee_percentage >= 100;
      new_parameters.extensions.betting_rake_fee_percentage <= 2000
  vesting_balance_create creator: amount.amount > 0
  vesting_balance_withdraw owner: amount.amount > 0
  worker_create owner: work_begin_date >= now; daily_pay >= 1; daily_pay <= 999999999999999; name.size() <= 62;
      url.size() <= 126
  custom payer: id >= 0; id <= 65535
  assert fee_paying_account:
  balance_claim deposit_to_account:
  override_transfer issuer: from != to; amount.amount > 0; issuer != from
  transfer_to_blind from:
  blind_transfer 1.2.4:
  transfer_from_blind 1.2.4:
  asset_settle_cancel account never: amount.amount > 0
  asset_claim_fees issuer: amount_to_claim.amount > 0
  tournament_create creator: options.registration_deadline >= now; options.buy_in.amount >= 0;
      options.number_of_players >= 2; options.number_of_players <= 256; options.whitelist.size() <= 999;
      options.start_delay <= 604799; options.number_of_wins > 0; options.number_of_wins <= 100; options.round_delay
      >= 0; options.round_delay <= 600; options.game_options[1].time_per_commit_move >= 0;
      options.game_options[1].time_per_commit_move <= 600; options.game_options[1].time_per_reveal_move >= 0;
      options.game_options[1].time_per_reveal_move <= 600; options.game_options[1].number_of_gestures >= 3;
      options.game_options[1].number_of_gestures <= 3; options.game_options[0] >= 0; options.game_options[0] <= 0
  tournament_join payer_account_id:
  game_move player_account_id:
  asset_update_dividend issuer: new_options.payout_interval >= 86400
  asset_dividend_distribution account_id never:
  tournament_payout payout_account_id never:
  tournament_leave canceling_account_id:
  sport_create 1.2.1 proposed:
  sport_update 1.2.1 proposed:
  event_group_create 1.2.1 proposed:
  event_group_update 1.2.1 proposed:
  event_create 1.2.1 proposed:
  event_update 1.2.1 proposed:
  betting_market_rules_create 1.2.1 proposed:
  betting_market_rules_update 1.2.1 proposed:
  betting_market_group_create 1.2.1 proposed:
  betting_market_create 1.2.1 proposed:
  bet_place bettor_id: amount_to_bet.amount > 0; backer_multiplier >= 10001; backer_multiplier <= 100010000;
      backer_multiplier >= 10100; backer_multiplier <= 10000000
  betting_market_group_resolve 1.2.1:
  betting_market_group_resolved bettor_id never:
  bet_adjusted bettor_id never:
  bet_matched bettor_id never:
  bet_cancel bettor_id:
  bet_canceled bettor_id never:
  betting_market_group_update 1.2.1 proposed:
  betting_market_update 1.2.1 proposed:
  lottery_asset_create issuer: symbol.size() >= 3; symbol.size() <= 16; precision >= 0; precision <= 12;
      common_options.max_supply >= 1; common_options.max_supply <= 1000000000000000;
      common_options.market_fee_percent >= 0; common_options.market_fee_percent <= 10000;
      common_options.max_market_fee >= 0; common_options.max_market_fee <= 1000000000000000;
      common_options.core_exchange_rate.base.amount > 0; common_options.core_exchange_rate.quote.amount > 0;
      common_options.core_exchange_rate.base.asset_id != common_options.core_exchange_rate.quote.asset_id;
      common_options.whitelist_authorities.size() <= 10; common_options.blacklist_authorities.size() <= 10;
      common_options.max_supply >= 5; extensions.winning_tickets.size() <= 64; extensions.ticket_price.amount >= 1
  ticket_purchase buyer: tickets_to_buy > 0
  lottery_reward 1.2.0 proposed:
  lottery_end 1.2.0 proposed:
  sweeps_vesting_claim account:
  custom_permission_create owner_account: permission_name.size() >= 3; permission_name.size() <= 10;
      auth.address_auths.size() <= 0
  custom_permission_update owner_account: new_auth.address_auths.size() <= 0
  custom_permission_delete owner_account:
  custom_account_authority_create owner_account: operation_type >= 0; operation_type <= 122; valid_to > now
  custom_account_authority_update owner_account: new_valid_to > now
  custom_account_authority_delete owner_account:
  offer issuer: item_ids.size() > 0; minimum_price.asset_id == maximum_price.asset_id; minimum_price.amount >= 0;
      maximum_price.amount > 0; offer_expiration_date > now
  bid bidder: bid_price.amount >= 0
  cancel_offer issuer:
  finalize_offer fee_paying_account:
  nft_metadata_create owner: name.size() >= 3; name.size() <= 15; symbol.size() >= 3; symbol.size() <= 15;
      revenue_split >= 0; revenue_split <= 10000; lottery_options.winning_tickets.size() <= 64;
      lottery_options.ticket_price.amount >= 1; max_supply >= 5
  nft_metadata_update owner: name.size() >= 3; name.size() <= 15; symbol.size() >= 3; symbol.size() <= 15;
      revenue_split >= 0; revenue_split <= 10000
  nft_mint payer:
  nft_safe_transfer_from operator_:
  nft_approve operator_:
  nft_set_approval_for_all owner:
  account_role_create owner: allowed_operations.size() > 0; allowed_operations[] >= 0; allowed_operations[] <= 122;
      whitelisted_accounts.size() > 0; valid_from > now
  account_role_update owner: allowed_operations_to_add[] >= 0; allowed_operations_to_add[] <= 122;
      allowed_operations_to_remove[] >= 0; allowed_operations_to_remove[] <= 123; valid_to > now
  account_role_delete owner:
  son_create owner_account:
  son_update owner_account:
  son_heartbeat owner_account:
  son_report_down payer:
  son_maintenance owner_account:
  son_wallet_recreate payer: sons[].weight >= 0; sons[].weight <= 65535
  son_wallet_update payer:
  son_wallet_deposit_create payer:
  son_wallet_deposit_process payer:
  son_wallet_withdraw_create payer:
  son_wallet_withdraw_process payer:
  sidechain_address_add payer: deposit_public_key.size() > 0
  sidechain_address_update payer: deposit_public_key.size() > 0; deposit_address.size() > 0;
      deposit_address_data.size() > 0
  sidechain_address_delete payer:
  sidechain_transaction_create payer: signers[].weight >= 0; signers[].weight <= 65535; transaction.size() > 0;
      signers.size() > 0
  sidechain_transaction_sign payer:
  sidechain_transaction_send payer:
  sidechain_transaction_settle payer:
  nft_lottery_token_purchase buyer: tickets_to_buy > 0
  nft_lottery_reward 1.2.0 proposed:
  nft_lottery_end 1.2.0 proposed:
  random_number_store account:
  fba_distribute account_id never:
  betting_market_group_cancel_unmatched_bets 1.2.1:
  son_deregister payer:
  """#
