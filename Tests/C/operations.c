/* Operations: responses, checks before sending, exact numbers, confirmations, broadcasts and chain reads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* JSON written with ' for ". The string stays valid during the next three calls. */
static const char *json(const char *text) {
  static char texts[4][2048];
  static int next;
  char *copy = texts[next++ % 4];
  snprintf(copy, sizeof texts[0], "%s", text);
  for (char *quote = copy; (quote = strchr(quote, '\''));) *quote = '"';
  return copy;
}

static peerid_error *submit(const char *operations, peerid_response **response) {
  const char *text = json(operations);
  return peerid_session_submit(session, text, strlen(text), response);
}

#define TRANSFER(amount)                                                                               \
  "{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','to':'1.2.33','amount':{'amount':" amount \
  ",'asset_id':'1.3.0'}}"
#define MINT(uri) \
  "{'op_name':'nft_mint','fee_asset':'1.3.0','payer':'1.2.31','nft_metadata_id':'1.30.0','owner':'1.2.31'," \
  "'approved':'1.2.31','approved_operators':[],'token_uri':'" uri "'}"

/* ---- Responses ---- */

static void response_contains_the_transaction(void **state) {
  (void)state;
  peerid_response *response = NULL;
  assert_success(submit(TRANSFER("100000"), &response));
  size_t length = 0;
  const char *text = peerid_response_json(response, &length);
  assert_int_equal(strlen(text), length);
  assert_int_equal(strlen(peerid_response_transaction_id(response)), 40);
  assert_contains(text, peerid_response_transaction_id(response));
  assert_true(peerid_response_block_num(response) > 0);
  assert_true(peerid_response_trx_num(response) >= 0);
  assert_int_equal(peerid_response_created_count(response), 0);
  assert_null(peerid_response_created_id(response, 0));
  assert_null(peerid_response_transaction_token(response));
  /* Compact JSON, in the server's order; the pointer does not change. */
  assert_int_equal(strncmp(text, "{\"id\":\"", 7), 0);
  assert_null(strstr(text, ": "));
  assert_ptr_equal(text, peerid_response_json(response, NULL));
  peerid_response_free(response);
}

static void created_objects_are_listed_in_order(void **state) {
  (void)state;
  peerid_response *response = NULL;
  assert_success(submit("[" MINT("Football") "," TRANSFER("1") "," MINT("Curling") "]", &response));
  assert_int_equal(peerid_response_created_count(response), 2);
  const char *first = peerid_response_created_id(response, 0);
  const char *second = peerid_response_created_id(response, 1);
  assert_int_equal(strncmp(first, "1.", 2), 0);
  assert_int_equal(strncmp(second, "1.", 2), 0);
  assert_string_not_equal(first, second);
  assert_null(peerid_response_created_id(response, 2));
  assert_null(peerid_response_created_id(response, SIZE_MAX));
  peerid_response_free(response);
  /* All operations of a call go into one transaction. */
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed(), 3);
}

static void operations_come_in_three_forms(void **state) {
  (void)state;
  static const char *const forms[] = {TRANSFER("2"), "[" TRANSFER("2") "]", "{'operations':[" TRANSFER("2") "]}",
                                      " \n\t[ " TRANSFER("2") " ] \n"};
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    peerid_response *response = NULL;
    assert_success(submit(forms[i], &response));
    peerid_response_free(response);
  }
  assert_int_equal(sandbox_executed_amount(2), 4);
}

static void numbers_are_sent_as_they_were_written(void **state) {
  (void)state;
  static const int64_t amounts[] = {1, 2147483647, 2147483648, 999999999999, 1000000000000};
  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    peerid_response *response = NULL;
    assert_success(transfer(session, amounts[i], &response));
    char text[32];
    /* The server writes numbers beyond 32 bits as strings. */
    bool is_text = amounts[i] > INT32_MAX;
    snprintf(text, sizeof text, is_text ? "\"amount\":\"%lld\"" : "\"amount\":%lld", (long long)amounts[i]);
    assert_contains(peerid_response_json(response, NULL), text);
    peerid_response_free(response);
    assert_int_equal(sandbox_executed_amount(amounts[i]), 1);
  }
}

/* ---- Checks before sending ---- */

static const struct {
  const char *operations;
  const char *says; /* NULL: the operations are valid */
} checks[] = {
    {TRANSFER("1"), NULL},
    {TRANSFER("'1'"), NULL},
    {TRANSFER("0"), "operations[0].amount.amount is 0: must be at least 1, in the smallest unit of the asset"},
    {"[]", "no operation"},
    {"{}", "op_name"},
    {"{'operations':{}}", "array"},
    {"[{}]", "operations[0].op_name"},
    {"[5]", "operations[0] must be an object"},
    {"[" TRANSFER("1") ",{'op_name':7}]", "operations[1].op_name"},
    {"[{'op_name':'Transfer'}]", "'transfer'"},
    {"[{'op_name':'an_operation_of_the_future','anything':[1]}]", "an unknown operation"},
    {"[{'op_name':'bet_plaec'}]", "did you mean 'bet_place'?"},
    {TRANSFER("1000000000001"), "operations[0].amount.amount is 1000000000001"},
    {TRANSFER("9223372036854775807"), "operations[0].amount.amount"},
    {TRANSFER("92233720368547758070"), "operations[0].amount.amount is 92233720368547758070, beyond"},
    {TRANSFER("1.5"), "operations[0].amount.amount must be an integer"},
    {TRANSFER("1.0"), "operations[0].amount.amount must be an integer"},
    {TRANSFER("1e3"), "operations[0].amount.amount must be an integer"},
    {TRANSFER("true"), "operations[0].amount.amount"},
    {TRANSFER("null"), "operations[0].amount.amount"},
    {TRANSFER("'many'"), "operations[0].amount.amount"},
    {TRANSFER("1,'amount':2"), "twice"},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','amount':{'amount':1,'asset_id':'1.3.0'}}",
     "operations[0].to is required"},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','to':'1.3.33','amount':{'amount':1,'asset_id':'1.3.0'}"
     "}",
     "operations[0].to must be an object id such as \"1.2."},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'bob','to':'1.2.33','amount':{'amount':1,'asset_id':'1.3.0'}}",
     "operations[0].from"},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','to':'1.2.33','amount':1}", "operations[0].amount"},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','too':'1.2.33','to':'1.2.33','amount':{'amount':1,"
     "'asset_id':'1.3.0'}}",
     "operations[0].too is not a field here; did you mean 'to'?"},
    {"{'op_name':'transfer','fee_asset':'1.3.0','from':'1.2.31','to':'1.2.33','memo':'hello','amount':{'amount':1,"
     "'asset_id':'1.3.0'}}",
     "operations[0].memo always fails"},
    {"{'op_name':'asset_publish_feed'}", "'asset_publish_feed', which always fails"},
    {"{'op_name':'bet_place','fee_asset':'1.3.0','bettor_id':'1.2.31','betting_market_id':'1.25.1','amount_to_bet':"
     "{'amount':1,'asset_id':'1.3.0'},'backer_multiplier':20000,'back_or_lay':'both'}",
     "operations[0].back_or_lay must be one of back, lay"},
    {"{'op_name':'sport_create','fee_asset':'1.3.0','name':[['en','Chess']]}", "allowed only inside a proposal"},
    {"{'op_name':'proposal_create','fee_asset':'1.3.0','fee_paying_account':'1.2.31','expiration_time':"
     "'2030-01-01T00:00:00','proposed_ops':[{}]}",
     "operations[0].expiration_time must be a time in seconds"},
    {"{'op_name':'proposal_create','fee_asset':'1.3.0','fee_paying_account':'1.2.31','expiration_time':1893456000,"
     "'proposed_ops':[]}",
     "operations[0].proposed_ops"},
};

static void errors_name_the_field(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    const char *text = json(checks[i].operations);
    peerid_response *response = NULL;
    if (checks[i].says) {
      assert_invalid(peerid_operation_check(text, strlen(text)), checks[i].says);
      assert_invalid(peerid_session_submit(session, text, strlen(text), &response), checks[i].says);
      assert_null(response);
    } else {
      assert_success(peerid_operation_check(text, strlen(text)));
    }
  }
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
}

/* ---- Small stacks ---- */

#define NESTED                                                                                                        \
  "{'op':[22,{'fee':{'amount':0,'asset_id':'1.3.0'},'fee_paying_account':'1.2.31','expiration_time':4070908800,"      \
  "'proposed_ops':["

static void *check_on_small_stack(void *argument) {
  (void)argument;
  static char deep[129];
  memset(deep, '[', 64);
  memset(deep + 64, ']', 64);
  assert_invalid(peerid_operation_check(deep, 128), "operations[0] must be an object");
  static const char *const tails[] = {"'1.2.33'", "'\\u0031.2.33'"};
  for (size_t i = 0; i < 2; i++) {
    char text[2000];
    snprintf(text, sizeof text,
             "{'op_name':'proposal_create','fee_asset':'1.3.0','fee_paying_account':'1.2.31','expiration_time':4070908800,"
             "'proposed_ops':[" NESTED NESTED "{'op':[0,{'fee':{'amount':0,'asset_id':'1.3.0'},'from':'1.2.31','to':%s,"
             "'amount':{'amount':1,'asset_id':'1.3.0'}}]}]}]}]}]}]}",
             tails[i]);
    for (char *quote = text; (quote = strchr(quote, '\'')); *quote = '"') continue;
    assert_success(peerid_operation_check(text, strlen(text)));
  }
  assert_non_null(peerid_operation_describe("proposal_create"));
  return NULL;
}

/* A thread with a stack of 40 kB, including what the C library needs. */
static void a_small_stack_is_enough(void **state) {
  (void)state;
  pthread_attr_t attributes;
  pthread_t thread;
  assert_int_equal(pthread_attr_init(&attributes), 0);
  assert_int_equal(pthread_attr_setstacksize(&attributes, 40 * 1024), 0);
  assert_int_equal(pthread_create(&thread, &attributes, check_on_small_stack, NULL), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  pthread_attr_destroy(&attributes);
}

/* libcurl and the resolver use the same stack. */
static void *call_on_small_stack(void *argument) {
  (void)argument;
  peerid_session *own = log_in(client, "alice");
  peerid_response *response = NULL;
  assert_success(submit(TRANSFER("7"), &response));
  peerid_response_free(response);
  static char deep[400];
  memset(deep, '[', 64);
  memset(deep + 64, ']', 64);
  assert_invalid(peerid_client_read_chain(client, "database", "get_objects", deep, 128, &response), "nested too deeply");
  assert_invalid(peerid_session_broadcast(own, deep, 128, &response), "must be a JSON object");
  memset(deep, '[', 200);
  assert_invalid(peerid_client_read_chain(client, "database", "get_objects", deep, 200, &response), "64 levels");
  peerid_session *restored = NULL;
  assert_invalid(peerid_client_restore(client, deep, 200, NULL, &restored), "token_json");
  const char *operation = json(TRANSFER("7"));
  peerid_response *mark = NULL;
  size_t length = 0;
  assert_success(peerid_session_mark(own, operation, strlen(operation), &mark));
  const char *text = peerid_response_json(mark, &length);
  assert_success(peerid_session_settle(own, text, length, &response));
  peerid_response_free(response);
  peerid_response_free(mark);
  assert_success(peerid_session_account(own, &response));
  peerid_response_free(response);
  assert_success(peerid_client_check(client));
  assert_success(peerid_session_refresh(own));
  /* The server repeats the code, which is then searched for in every encoding. */
  assert_failure(peerid_client_exchange(client, "a code", NULL, &restored), REJECTED, NOT_DONE, "code");
  peerid_session_free(own);
  return NULL;
}

static void a_thread_of_128_kilobytes_makes_every_call(void **state) {
  (void)state;
  pthread_attr_t attributes;
  pthread_t thread;
  assert_int_equal(pthread_attr_init(&attributes), 0);
  assert_int_equal(pthread_attr_setstacksize(&attributes, 128 * 1024), 0);
  assert_int_equal(pthread_create(&thread, &attributes, call_on_small_stack, NULL), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  pthread_attr_destroy(&attributes);
}

/* ---- Exact conversions ---- */

static void decimals_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int32_t precision;
    int64_t amount;
  } amounts[] = {{"12.5", 5, 1250000}, {"0", 5, 0}, {"-0.00001", 5, -1}, {"7", 0, 7}, {"1.000000000001", 12, 1000000000001},
                 {"9223372036854775807", 0, INT64_MAX}, {"-9223372036854775808", 0, INT64_MIN}};
  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    int64_t amount = 42;
    assert_success(peerid_amount_parse(amounts[i].text, amounts[i].precision, &amount));
    assert_true(amount == amounts[i].amount);
    char text[40];
    int64_t again = 42;
    assert_success(peerid_amount_format(amount, amounts[i].precision, sizeof text, text));
    assert_success(peerid_amount_parse(text, amounts[i].precision, &again));
    assert_true(again == amount);
  }
  static const char *const wrong[] = {"", ".5", "5.", "1,5", "+1", " 1", "1e3", "1.2.3", "--1", "1.234567",
                                      "9223372036854775808"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    int64_t amount = 42;
    assert_invalid(peerid_amount_parse(wrong[i], 5, &amount), NULL);
    assert_true(amount == 42);
  }
  int64_t number = 0;
  char text[40];
  assert_invalid(peerid_amount_parse("1", 13, &number), "precision is 13");
  assert_invalid(peerid_amount_parse("1", -1, &number), "precision is -1");
  assert_invalid(peerid_amount_parse(NULL, 5, &number), "text is NULL");
  assert_invalid(peerid_amount_parse("1", 5, NULL), "amount is NULL");
  assert_invalid(peerid_amount_format(INT64_MIN, 12, 5, text), "capacity is 5");
  assert_success(peerid_odds_parse("1.5", &number));
  assert_true(number == 15000);
  assert_success(peerid_odds_format(15000, sizeof text, text));
  assert_string_equal(text, "1.5");
  assert_invalid(peerid_odds_parse("-1.5", &number), "is not odds");
  assert_success(peerid_percent_parse("12.34", &number));
  assert_true(number == 1234);
  assert_success(peerid_percent_format(1234, sizeof text, text));
  assert_string_equal(text, "12.34");
}

/* Numbers of every length, positive and negative, and the ends of the range. */
static int64_t number_at(uint64_t *state, int round) {
  static const int64_t ends[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
  if (round < 7) return ends[round];
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  uint64_t magnitude = *state >> (round % 64);
  return (int64_t)(round % 2 ? magnitude : 0 - magnitude);
}

static void formatted_numbers_parse_to_the_same(void **state) {
  (void)state;
  uint64_t random = 0x9E3779B97F4A7C15;
  for (int round = 0; round < 20000; round++) {
    int64_t number = number_at(&random, round), again = 0;
    char text[40];
    for (int32_t precision = 0; precision <= 12; precision++) {
      assert_success(peerid_amount_format(number, precision, sizeof text, text));
      assert_success(peerid_amount_parse(text, precision, &again));
      assert_true(again == number);
    }
    if (number < 0) continue;
    assert_success(peerid_odds_format(number, sizeof text, text));
    assert_success(peerid_odds_parse(text, &again));
    assert_true(again == number);
    assert_success(peerid_percent_format(number, sizeof text, text));
    assert_success(peerid_percent_parse(text, &again));
    assert_true(again == number);
  }
}

static void an_asset_is_read_once(void **state) {
  (void)state;
  const char *id = NULL, *symbol = NULL, *again = NULL;
  int32_t precision = -1;
  assert_success(peerid_client_asset(client, "PPY", &id, &symbol, &precision));
  assert_string_equal(id, "1.3.0");
  assert_string_equal(symbol, "PPY");
  assert_int_equal(precision, 5);
  assert_success(peerid_client_asset(client, "PPY", &again, NULL, NULL));
  assert_ptr_equal(again, id);
  assert_failure(peerid_client_asset(client, "NONE", &id, NULL, NULL), INVALID_ARGUMENT, NOT_DONE, "no asset 'NONE'");
  assert_invalid(peerid_client_asset(client, NULL, &id, NULL, NULL), "name is NULL");
}

static void warnings_and_descriptions_are_returned(void **state) {
  (void)state;
  const char *odd = json("{'op_name':'bet_place','fee_asset':'1.3.0','bettor_id':'1.2.31','betting_market_id':'1.25.1',"
                         "'amount_to_bet':{'amount':200,'asset_id':'1.3.0'},'backer_multiplier':20050,'back_or_lay':'back'}");
  char room[400];
  assert_success(peerid_operation_check(odd, strlen(odd)));
  size_t length = peerid_operation_warnings(odd, strlen(odd), sizeof room, room);
  assert_int_equal(length, strlen(room));
  assert_non_null(strstr(room, "operations[0].backer_multiplier is 20050: odds come in steps"));
  char few[5];
  assert_int_equal(peerid_operation_warnings(odd, strlen(odd), sizeof few, few), length);
  assert_string_equal(few, "oper");
  assert_int_equal(peerid_operation_warnings(odd, strlen(odd), 0, NULL), length);
  assert_int_equal(peerid_operation_warnings(NULL, 0, 0, NULL), 0);
  const char *description = peerid_operation_describe("bet_place");
  assert_non_null(strstr(description, "15000 is 1.5"));
  assert_ptr_equal(peerid_operation_describe("bet_place"), description);
  assert_null(peerid_operation_describe("bet_plaec"));
  assert_null(peerid_operation_describe(NULL));
}

static void unchecked_operations_are_checked_by_the_server(void **state) {
  (void)state;
  begin_with(OPTIONS("validate", "off"));
  peerid_response *response = NULL;
  assert_failure(submit(TRANSFER("1000000000001"), &response), REJECTED, NOT_DONE, "[0].amount.amount");
  assert_failure(submit("[{'op_name':'an_operation_of_the_future'}]", &response), REJECTED, NOT_DONE,
                 "does not match any of the allowed types");
  assert_success(submit(TRANSFER("3"), &response));
  peerid_response_free(response);
  /* An operation with a duplicate key is not sent: it would be unclear which amount counts. */
  assert_invalid(submit(TRANSFER("1,'amount':2"), &response), "twice");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 3);
}

static void missing_scope_names_the_operation(void **state) {
  (void)state;
  peerid_session_free(session);
  session = NULL;
  peerid_client_free(client);
  client = demo_app_client(5, NULL);
  assert_success(peerid_client_exchange(client, "demoCodeAliceApp500000000000000000000000", NULL, &session));
  session_generation(session);
  peerid_response *response = NULL;
  assert_failure(submit("[" TRANSFER("4") "," MINT("Darts") "]", &response), NOT_PERMITTED, NOT_SENT,
                 "'nft_mint' (operation 94)");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
  assert_success(submit(TRANSFER("4"), &response));
  peerid_response_free(response);
}

static void refusals_of_the_server_are_reported(void **state) {
  (void)state;
  begin_with(OPTIONS("validate", "off"));
  peerid_response *response = NULL;
  sandbox_post("settings", "{'chain_rules':true}");
  failure found = assert_failure(submit(TRANSFER("0"), &response), CHAIN_REJECTED, NOT_DONE, "amount.amount > 0");
  assert_int_equal(found.http_status, 500);
  sandbox_post("consents", "{'user':'alice','app':4,'operations':['bet_place']}");
  found = assert_failure(submit(TRANSFER("5"), &response), NOT_PERMITTED, NOT_DONE, "missing permission");
  assert_int_equal(found.http_status, 400);
  assert_string_equal(found.detail, "{\"app_id\":\"App is missing permission for some of the operations\"}");
  assert_int_equal(sandbox_executed(), 0);
}

/* ---- Confirm and broadcast ---- */

static void transaction_token_confirms_once(void **state) {
  (void)state;
  begin_with_app(6, NULL);
  peerid_response *response = NULL;
  assert_success(submit(TRANSFER("6"), &response));
  const char *token = peerid_response_transaction_token(response);
  assert_int_equal(strlen(token), 26);
  assert_null(peerid_response_transaction_id(response));
  assert_int_equal(peerid_response_block_num(response), -1);
  assert_int_equal(peerid_response_trx_num(response), -1);
  assert_int_equal(sandbox_executed(), 0);
  peerid_response *confirmation = NULL;
  assert_success(peerid_session_confirm(session, token, &confirmation));
  assert_int_equal(strlen(peerid_response_transaction_id(confirmation)), 40);
  assert_int_equal(sandbox_executed_amount(6), 1);
  peerid_response_free(confirmation);
  assert_failure(peerid_session_confirm(session, token, &confirmation), REJECTED, NOT_DONE, "Invalid token");
  peerid_response_free(response);
  assert_failure(peerid_session_confirm(session, "a&token=b c/\xc3\xa9", &confirmation), REJECTED, NOT_DONE,
                 "Invalid token");
  assert_int_equal(sandbox_executed(), 1);
}

static const char signed_transaction[] =
    "{'ref_block_num':1234,'ref_block_prefix':4294967295,'expiration':'2030-01-01T00:00:00','operations':[[0,{'fee':"
    "{'amount':20,'asset_id':'1.3.0'},'from':'1.2.31','to':'1.2.33','amount':{'amount':7,'asset_id':'1.3.0'}}]],"
    "'extensions':[],'signatures':['1f0000']}";

static void signed_transactions_are_broadcast(void **state) {
  (void)state;
  peerid_response *response = NULL;
  char wrapped[1024];
  snprintf(wrapped, sizeof wrapped, "{'transaction':%s}", signed_transaction);
  const char *const forms[] = {signed_transaction, wrapped};
  for (size_t i = 0; i < 2; i++) {
    const char *text = json(forms[i]);
    assert_success(peerid_session_broadcast(session, text, strlen(text), &response));
    assert_int_equal(strlen(peerid_response_transaction_id(response)), 40);
    assert_true(peerid_response_block_num(response) > 0);
    peerid_response_free(response);
  }
  assert_int_equal(sandbox_executed_amount(7), 2);
  const char *text = json("{'ref_block_num':1,'ref_block_prefix':2,'expiration':'x','operations':[]}");
  response = NULL;
  assert_invalid(peerid_session_broadcast(session, text, strlen(text), &response),
                 "transaction.signatures is required");
  assert_invalid(peerid_session_broadcast(session, "[]", 2, &response), "object");
  assert_int_equal(sandbox_count(PATH_BROADCAST), 2);
}

/* ---- Reading the chain ---- */

static void chain_is_read_without_a_session(void **state) {
  (void)state;
  peerid_response *response = NULL;
  const char *params = json("[['1.3.0']]");
  assert_success(peerid_client_read_chain(client, "database", "get_objects", params, strlen(params), &response));
  assert_contains(peerid_response_json(response, NULL), "\"symbol\":\"PPY\"");
  assert_null(peerid_response_transaction_id(response));
  peerid_response_free(response);
  assert_success(peerid_client_read_chain(client, "database", "get_chain_id", "[]", 2, &response));
  assert_int_equal(peerid_response_json(response, NULL)[0], '"');
  peerid_response_free(response);
  response = NULL;
  failure found = assert_failure(peerid_client_read_chain(client, "history", "no_such_method", NULL, 0, &response),
                                 SERVER, NOT_DONE, "no_such_method");
  assert_false(found.retryable);
  assert_null(response);
}

/* The server accepts parameters only as bracket keys, and every value is a string. `echo` returns what it received. */
static void parameters_are_sent_as_bracket_keys(void **state) {
  (void)state;
  static const struct {
    const char *params, *arrived;
  } right[] = {
      {"[]", "[]"},
      {"['1.3.0']", "['1.3.0']"},
      {"[['1.3.0','1.2.31'],true]", "[['1.3.0','1.2.31'],'true']"},
      {"[1,-2,9007199254740993,1.5,false]", "['1','-2','9007199254740993','1.5','false']"},
      {"[{'id':'1.2.3','list':[1,2]}]", "[{'id':'1.2.3','list':['1','2']}]"},
      {"['a&b=c d+e%25f','\xc3\xa9','[x]']", "['a&b=c d+e%25f','\xc3\xa9','[x]']"},
      {"[[['a']]]", "[[['a']]]"},
      {"['']", "['']"},
  };
  for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
    const char *params = json(right[i].params);
    peerid_response *response = NULL;
    assert_success(peerid_client_read_chain(client, "database", "echo", params, strlen(params), &response));
    assert_string_equal(peerid_response_json(response, NULL), json(right[i].arrived));
    peerid_response_free(response);
  }
}

static void parameters_that_cannot_be_sent_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *params, *says;
  } wrong[] = {
      {"[null]", "params[0] is null"},  {"[[]]", "params[0] is empty"},
      {"[{}]", "params[0] is empty"},   {"[['a',null]]", "null"},
      {"[[[[['deep']]]]]", "too deep"}, {"{}", "JSON array"},
      {"'text'", "JSON array"},         {"[", "not JSON"},
      {"[{'a':1,'a':2}]", "not JSON"},  {"[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]", "more than 21"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    const char *params = json(wrong[i].params);
    peerid_response *response = NULL;
    assert_invalid(peerid_client_read_chain(client, "database", "echo", params, strlen(params), &response),
                   wrong[i].says);
  }
  peerid_response *response = NULL;
  assert_invalid(peerid_client_read_chain(client, "Database", "echo", NULL, 0, &response), "database");
  assert_int_equal(sandbox_count(PATH_CHAIN_DATA), 0);
}

static void null_is_a_result(void **state) {
  (void)state;
  peerid_response *response = NULL;
  const char *params = json("['nobody']");
  assert_success(
      peerid_client_read_chain(client, "database", "get_account_by_name", params, strlen(params), &response));
  size_t length = 0;
  assert_string_equal(peerid_response_json(response, &length), "null");
  assert_int_equal(length, 4);
  assert_int_equal(peerid_response_created_count(response), 0);
  peerid_response_free(response);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
  const struct CMUnitTest tests[] = {
      TEST(response_contains_the_transaction),           TEST(created_objects_are_listed_in_order),
      TEST(operations_come_in_three_forms),           TEST(numbers_are_sent_as_they_were_written),
      TEST(errors_name_the_field),        TEST(a_small_stack_is_enough),
      TEST(a_thread_of_128_kilobytes_makes_every_call),
      TEST(decimals_are_exact),
      TEST(formatted_numbers_parse_to_the_same),
      TEST(an_asset_is_read_once),
      TEST(warnings_and_descriptions_are_returned),
      TEST(unchecked_operations_are_checked_by_the_server),
      TEST(missing_scope_names_the_operation),        TEST(refusals_of_the_server_are_reported),
      TEST(transaction_token_confirms_once),          TEST(signed_transactions_are_broadcast),
      TEST(chain_is_read_without_a_session),          TEST(parameters_are_sent_as_bracket_keys),
      TEST(parameters_that_cannot_be_sent_are_refused), TEST(null_is_a_result),
  };
  return run_group("operations", tests, sandbox_start, sandbox_stop);
}
