package peerid

// #include "bridge.h"
import "C"

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Config is a client configuration: the server, the application, and options.
type Config struct {
	// BaseURL is scheme, host and optional port and path of the server, such as "https://peerid.peerplays.download",
	// without "/api/v1". Plain http is refused, except for a server on this machine.
	BaseURL string
	// ClientID is the application's id, a decimal number.
	ClientID string
	// ClientSecret is the application's secret. Without it users can log in with a password, but codes cannot be
	// exchanged and tokens cannot be refreshed.
	ClientSecret string
	// Options sets options by name, such as "request_timeout_ms": "5000". [Options] lists them.
	Options map[string]string
	// FailWhenFull makes calls fail at once with [ErrQueueFull], sending nothing, when "max_in_flight" calls are in
	// flight. Otherwise they wait for their turn until their context ends.
	FailWhenFull bool
	// Store is the store for sessions with a key; nil if there are none. Clients and processes may share a store. It
	// may be closed once the client is created.
	Store *Store
	// Log receives events, such as a refresh. It is called from any goroutine, must return quickly and must not use this
	// package. A panic in it is ignored, because a broken log must not stop a payment.
	Log func(level Level, message string)
	// Relogin returns the credentials of a user whose refresh token is no longer valid, or whose refresh got no answer.
	// With false, a session whose refresh token was refused ends; after a refresh without an answer its access token
	// stays in use. The key is that of the session, "" for a session without a key. Relogin is called from any goroutine
	// and may block, but must not use this package. A panic in it is logged and counts as false.
	Relogin func(key string) (Password, bool)
}

// String describes the configuration without the secret.
func (c Config) String() string {
	secret := "none"
	if c.ClientSecret != "" {
		secret = "[secret]"
	}
	baseURL := c.BaseURL
	if strings.Contains(baseURL, "@") {
		baseURL = "[with a user]"
	}
	return fmt.Sprintf("peerid.Config{BaseURL: %q, ClientID: %q, ClientSecret: %s, Options: %q}", baseURL, c.ClientID, secret, c.optionsForPrinting())
}

// GoString keeps the secret out of %#v as well.
func (c Config) GoString() string {
	return c.String()
}

// MarshalText keeps the secret out of JSON, XML and everything else that uses encoding.TextMarshaler.
func (c Config) MarshalText() ([]byte, error) {
	return []byte(c.String()), nil
}

// optionsForPrinting omits the one option that can contain a password.
func (c Config) optionsForPrinting() map[string]string {
	shown := make(map[string]string, len(c.Options))
	for name, value := range c.Options {
		if name == "proxy" {
			value = "[set]"
		}
		shown[name] = value
	}
	return shown
}

// make creates the library's configuration, which the caller frees.
func (c Config) make() (*C.peerid_config, error) {
	baseURL, err := newText(c.BaseURL, "BaseURL")
	if err != nil {
		return nil, err
	}
	clientID, err := newText(c.ClientID, "ClientID")
	if err != nil {
		return nil, err
	}
	secret, err := optionalText(c.ClientSecret, "ClientSecret")
	if err != nil {
		return nil, err
	}
	defer secret.wipe()
	var config *C.peerid_config
	if err := asError(C.peerid_config_create(baseURL.pointer(), clientID.pointer(), secret.pointer(), &config)); err != nil {
		return nil, err
	}
	if err := c.complete(config); err != nil {
		C.peerid_config_free(config)
		return nil, err
	}
	return config, nil
}

func (c Config) complete(config *C.peerid_config) error {
	if err := c.setOptions(config); err != nil {
		return err
	}
	hooks := &hooks{log: c.Log, relogin: c.Relogin}
	if c.Log != nil {
		err := hooks.give(func(id C.uintptr_t) *C.peerid_error { return C.peerid_go_config_set_log_handler(config, id) })
		if err != nil {
			return err
		}
	}
	if c.Relogin != nil {
		err := hooks.give(func(id C.uintptr_t) *C.peerid_error { return C.peerid_go_config_set_relogin_handler(config, id) })
		if err != nil {
			return err
		}
	}
	if c.Store == nil {
		return nil
	}
	return c.Store.use(func(store *C.peerid_store) error {
		return asError(C.peerid_config_set_store(config, store))
	})
}

// setOptions sets the options in the order of their names, so that the error does not depend on the order of the map.
func (c Config) setOptions(config *C.peerid_config) error {
	names := make([]string, 0, len(c.Options))
	for name := range c.Options {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		option, err := newText(name, "the name of an option")
		if err != nil {
			return err
		}
		value, err := newText(c.Options[name], "option "+name)
		if err != nil {
			return err
		}
		err = asError(C.peerid_config_set(config, option.pointer(), value.pointer()))
		value.wipe()
		if err != nil {
			return err
		}
	}
	return nil
}

// maximumInFlight returns the value of the option "max_in_flight", or its default. The library has already checked a
// value that the application set.
func (c Config) maximumInFlight() int {
	const name = "max_in_flight"
	value := c.Options[name]
	for _, option := range Options() {
		if value == "" && option.Name == name {
			value = option.Default
		}
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < 1 {
		return 1
	}
	return number
}
