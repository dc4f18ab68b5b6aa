package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// call is a call that a case makes.
type call struct {
	ctx       context.Context
	world     *world
	on        string
	made      string
	arguments object
}

// calls maps the name of a call to the function that makes it and returns its result in the form that cases compare.
var calls = map[string]func(*call) (any, error){
	"client":          makeClient,
	"close_client":    onClient(closeClient),
	"memory_store":    makeMemoryStore,
	"directory_store": makeDirectoryStore,
	"store_keys":      onStore(listKeys),
	"store_remove":    onStore(removeKey),
	"login":           onClient(logIn),
	"authorization":   onClient(authorize),
	"exchange":        onClient(exchange),
	"exchange_code":   onClient(exchangeCode),
	"restore":         onClient(restore),
	"open":            onClient(open),
	"read_chain":      onClient(readChain),
	"asset":           onClient(findAsset),
	"submit":          onSession(submit),
	"submit_text":     onSession(submitText),
	"confirm":         onSession(confirm),
	"broadcast":       onSession(broadcast),
	"broadcast_text":  onSession(broadcastText),
	"account":         onClient(findAccount),
	"session_account": onSession(readAccount),
	"session_check":   onSession(checkWithSession),
	"set_account":     onSession(setAccount),
	"mark":            onSession(mark),
	"settle":          onSession(settle),
	"refresh":         onSession(refresh),
	"token":           onSession(currentToken),
	"permits":         onSession(permits),
	"export":          onSession(export),
	"logout":          onSession(logOut),
	"check":           check,
	"operation_id":    operationID,
	"operation_name":  operationName,
}

func onClient(body func(*call, *peerid.Client) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		client, err := find(c.world.clients, "client", c.on)
		if err != nil {
			return nil, err
		}
		return body(c, client)
	}
}

func onSession(body func(*call, *peerid.Session) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		session, err := find(c.world.sessions, "session", c.on)
		if err != nil {
			return nil, err
		}
		return body(c, session)
	}
}

func onStore(body func(*call, *peerid.Store) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		store, err := find(c.world.stores, "store", c.on)
		if err != nil {
			return nil, err
		}
		return body(c, store)
	}
}

// text returns an argument as a string; "" when it is missing or null.
func (c *call) text(name string) string {
	text, _ := c.arguments[name].(string)
	return text
}

// textOr returns an argument as a string, or a default when it is missing.
func (c *call) textOr(name, otherwise string) string {
	if _, ok := c.arguments[name]; !ok {
		return otherwise
	}
	return c.text(name)
}

// options returns the options for a new session.
func (c *call) options() []peerid.SessionOption {
	if key, ok := c.arguments["key"].(string); ok {
		return []peerid.SessionOption{peerid.WithKey(key)}
	}
	return nil
}

// Clients.

func makeClient(c *call) (any, error) {
	config := peerid.Config{
		BaseURL:      c.textOr("base_url", c.world.server.URL),
		ClientID:     c.textOr("client_id", "4"),
		ClientSecret: c.textOr("client_secret", "demo-secret-4"),
		// No machine is that slow.
		Options:      map[string]string{"connect_timeout_ms": "600000", "request_timeout_ms": "600000"},
		FailWhenFull: c.arguments["fail_when_full"] == true,
		Log:          noteLine,
	}
	for name, value := range members(c.arguments["options"]) {
		config.Options[name], _ = value.(string)
	}
	if login, ok := c.arguments["relogin_login"].(string); ok {
		config.Relogin = func(string) (peerid.Password, bool) {
			return peerid.Password{Login: login, Password: c.text("relogin_password")}, true
		}
	}
	if name := c.text("store"); name != "" {
		var err error
		if config.Store, err = find(c.world.stores, "store", name); err != nil {
			return nil, err
		}
	}
	client, err := peerid.NewClient(config)
	if err != nil {
		return nil, err
	}
	keep(c.world, c.world.clients, c.made, client)
	return nil, nil
}

func closeClient(_ *call, client *peerid.Client) (any, error) {
	return nil, client.Close()
}

// Stores.

func makeMemoryStore(c *call) (any, error) {
	keep(c.world, c.world.stores, c.made, peerid.NewMemoryStore())
	return nil, nil
}

func makeDirectoryStore(c *call) (any, error) {
	store, err := peerid.NewDirectoryStore(c.text("path"))
	if err != nil {
		return nil, err
	}
	keep(c.world, c.world.stores, c.made, store)
	return nil, nil
}

func listKeys(c *call, store *peerid.Store) (any, error) {
	keys, err := store.Keys(c.ctx)
	sort.Strings(keys)
	list := []any{}
	for _, key := range keys {
		list = append(list, key)
	}
	return object{"keys": list}, err
}

func removeKey(c *call, store *peerid.Store) (any, error) {
	return nil, store.Remove(c.ctx, c.text("key"))
}

// The ways to begin a session.

func (c *call) begun(session *peerid.Session, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	keep(c.world, c.world.sessions, c.made, session)
	return currentToken(c, session)
}

func logIn(c *call, client *peerid.Client) (any, error) {
	password := peerid.Password{Login: c.text("login"), Password: c.text("password"), Mobile: c.text("mobile")}
	return c.begun(client.Login(c.ctx, password, c.options()...))
}

func authorize(c *call, client *peerid.Client) (any, error) {
	authorization, err := client.AuthorizationURL(c.text("redirect_uri"))
	return object{"url": authorization.URL, "state": authorization.State}, err
}

func exchange(c *call, client *peerid.Client) (any, error) {
	return c.begun(client.Exchange(c.ctx, c.text("redirect"), c.text("state"), c.options()...))
}

func exchangeCode(c *call, client *peerid.Client) (any, error) {
	return c.begun(client.ExchangeCode(c.ctx, c.text("code"), c.options()...))
}

func restore(c *call, client *peerid.Client) (any, error) {
	return c.begun(client.Restore(c.ctx, []byte(c.text("token_text")), c.options()...))
}

func open(c *call, client *peerid.Client) (any, error) {
	return c.begun(client.Open(c.ctx, c.text("key")))
}

// The chain.

func readChain(c *call, client *peerid.Client) (any, error) {
	answer, err := client.ReadChain(c.ctx, c.text("api"), c.text("method"), elements(c.arguments["params"])...)
	if err != nil {
		return nil, err
	}
	value, err := parse(answer)
	return object{"json": value}, err
}

func findAsset(c *call, client *peerid.Client) (any, error) {
	asset, err := client.Asset(c.ctx, c.text("name"))
	if err != nil {
		return nil, err
	}
	return object{"id": string(asset.ID), "symbol": asset.Symbol, "precision": integer(int64(asset.Precision))}, nil
}

// operation is an operation in the form of the cases.
type operation struct {
	name   string
	fields object
}

func (o operation) OpName() string { return o.name }

func (o operation) MarshalJSON() ([]byte, error) { return write(o.fields) }

func (c *call) operations() ([]peerid.Operation, error) {
	var operations []peerid.Operation
	for _, value := range elements(c.arguments["operations"]) {
		fields := object{}
		for name, field := range members(value) {
			fields[name] = field
		}
		name, ok := fields["op_name"].(string)
		if !ok {
			return nil, fmt.Errorf("an operation must be an object with op_name, not %s", show(value))
		}
		delete(fields, "op_name")
		operations = append(operations, operation{name, fields})
	}
	return operations, nil
}

func answered(result *peerid.Result, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return viewOfResult(result)
}

func submit(c *call, session *peerid.Session) (any, error) {
	operations, err := c.operations()
	if err != nil {
		return nil, err
	}
	return answered(session.Submit(c.ctx, operations...))
}

func submitText(c *call, session *peerid.Session) (any, error) {
	return answered(session.SubmitJSON(c.ctx, []byte(c.text("operations"))))
}

func confirm(c *call, session *peerid.Session) (any, error) {
	return answered(session.Confirm(c.ctx, c.text("transaction_token")))
}

func broadcast(c *call, session *peerid.Session) (any, error) {
	transaction, err := write(c.arguments["transaction"])
	if err != nil {
		return nil, err
	}
	return answered(session.Broadcast(c.ctx, transaction))
}

func broadcastText(c *call, session *peerid.Session) (any, error) {
	return answered(session.Broadcast(c.ctx, []byte(c.text("transaction"))))
}

func found(account peerid.Account, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return object{"id": string(account.ID), "name": account.Name}, nil
}

func findAccount(c *call, client *peerid.Client) (any, error) {
	return found(client.Account(c.ctx, c.text("name")))
}

func readAccount(c *call, session *peerid.Session) (any, error) {
	return found(session.Account(c.ctx))
}

func checkWithSession(c *call, session *peerid.Session) (any, error) {
	operations, err := c.operations()
	if err != nil {
		return nil, err
	}
	warnings, err := session.Check(operations...)
	return object{"warnings": strings.Join(warnings, "\n")}, err
}

func setAccount(c *call, session *peerid.Session) (any, error) {
	return found(session.SetAccount(c.ctx, c.text("name")))
}

func mark(c *call, session *peerid.Session) (any, error) {
	operations, err := write(c.arguments["operations"])
	if err != nil {
		return nil, err
	}
	mark, err := session.MarkJSON(c.ctx, operations)
	return object{"mark": string(mark)}, err
}

func settle(c *call, session *peerid.Session) (any, error) {
	settlement, err := session.SettleMark(c.ctx, []byte(c.text("mark")))
	if err != nil {
		return nil, err
	}
	return viewOfSettlement(settlement), nil
}

// Tokens.

func refresh(c *call, session *peerid.Session) (any, error) {
	if err := session.Refresh(c.ctx); err != nil {
		return nil, err
	}
	return currentToken(c, session)
}

func currentToken(_ *call, session *peerid.Session) (any, error) {
	token, err := session.CurrentToken()
	if err != nil {
		return nil, err
	}
	return viewOfToken(token), nil
}

func permits(c *call, session *peerid.Session) (any, error) {
	token, err := session.CurrentToken()
	if err != nil {
		return nil, err
	}
	return object{"permits": token.Permits(c.text("operation"))}, nil
}

func export(_ *call, session *peerid.Session) (any, error) {
	token, err := session.CurrentToken()
	if err != nil {
		return nil, err
	}
	return object{"text": string(token.Export())}, nil
}

func logOut(c *call, session *peerid.Session) (any, error) {
	return nil, session.Logout(c.ctx)
}

// Operations.

func check(c *call) (any, error) {
	operations, err := c.operations()
	if err != nil {
		return nil, err
	}
	if err := peerid.Check(operations...); err != nil {
		return nil, err
	}
	warnings, err := peerid.Warnings(operations...)
	return object{"warnings": strings.Join(warnings, "\n")}, err
}

func operationID(c *call) (any, error) {
	id, known := peerid.OperationID(c.text("name"))
	if !known {
		return object{"id": nil}, nil
	}
	return object{"id": integer(int64(id))}, nil
}

func operationName(c *call) (any, error) {
	number, _ := c.arguments["id"].(json.Number)
	id, err := number.Int64()
	return object{"name": textOrNull(peerid.OperationName(int(id)))}, err
}
